#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What `portctl why` says, beside what bind(2) does: for each cause alone and for any two at once. A process that
# they are true of asks about itself, then root asks about it, then it binds. What root was told to type is typed,
# where it was told all there is to do, and another such process binds. Begins and ends with the module loaded and
# mounted at /dev/port.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec python3 -S - <<'END'
import ctypes, errno, itertools, json, os, platform, signal, socket, struct, subprocess, sys, time

ALICE, BOB, PORT = 1001, 1002, 80
CGROUP = '/sys/fs/cgroup/portfs-why'
ARM = platform.machine() == 'aarch64'
NR_BPF, NR_BIND = (280, 200) if ARM else (321, 49)
libc = ctypes.CDLL(None, use_errno=True)

def call(*arguments):
	result = libc.syscall(*arguments)
	if result < 0:
		raise OSError(ctypes.get_errno(), 'system call %d' % arguments[0])
	return result

def prctl(*arguments):
	if libc.prctl(*arguments, 0, 0, 0):
		raise OSError(ctypes.get_errno(), 'prctl')

# ---- what confines: each is called in the process, while it is root ----

def filter_bind(action):
	code = struct.pack('HBBI' * 4, 0x20, 0, 0, 0, 0x15, 0, 1, NR_BIND, 6, 0, 0, action, 6, 0, 0, 0x7fff0000)
	room = ctypes.create_string_buffer(code, len(code))
	program = ctypes.create_string_buffer(struct.pack('HxxxxxxP', 4, ctypes.addressof(room)))
	prctl(38, 1, 0)
	prctl(22, 2, program)

def seccomp():
	filter_bind(0x50000 | errno.ENOTTY)

def seccomp_kills():
	filter_bind(0x80000000)

def landlock():
	room = ctypes.create_string_buffer(struct.pack('QQ', 0, 1))
	ruleset = call(444, room, 16, 0)
	prctl(38, 1, 0)
	call(446, ruleset, 0)

def cgroup():
	with open(CGROUP + '/cgroup.procs', 'w') as file:
		file.write(str(os.getpid()))

def make_cgroup():
	os.makedirs(CGROUP, exist_ok=True)
	# r0 = 0; exit
	code = ctypes.create_string_buffer(struct.pack('BBhi' * 2, 0xb7, 0, 0, 0, 0x95, 0, 0, 0))
	licence = ctypes.create_string_buffer(b'GPL')
	group = os.open(CGROUP, os.O_RDONLY)
	for kind in 8, 9:
		room = ctypes.create_string_buffer(struct.pack('IIQQIIQII16sII', 18, 2, ctypes.addressof(code),
			ctypes.addressof(licence), 0, 0, 0, 0, 0, b'refuse', 0, kind).ljust(128, b'\0'), 128)
		program = call(NR_BPF, 5, room, 128)
		room = ctypes.create_string_buffer(struct.pack('IIII', group, program, kind, 0).ljust(128, b'\0'), 128)
		call(NR_BPF, 8, room, 128)
	os.close(group)

# ---- what the port is: each leaves a table, and whose bind it is then ----

def claim(user, mode, acl=None):
	subprocess.run(['portctl', 'grant', user, 'tcp/%d' % PORT, '-m', mode] + (['-a', acl] if acl else []), check=True)

def owner():
	claim('alice', '600')
	return ALICE
def stranger():
	claim('alice', '600')
	return BOB
def mask():
	claim('alice', '640', 'u:bob:rw,g::-')
	return BOB
def entry():
	claim('alice', '666', 'u:bob:r,g::rw')
	return BOB
def write_bit():
	claim('bob', '066')
	return BOB
def sticky():
	claim('alice', '1600')
	return 0
def capable():
	claim('alice', '600')
	return 0
def unclaimed():
	return BOB
def own_namespace():
	claim('alice', '600')
	return 'namespace'
def elsewhere():
	claim('bob', '600')
	there('grant', 'alice', 'tcp/%d' % PORT)
	return 'elsewhere'

# ---- another network namespace, whose table is its own ----

OTHER = 'portfs-why'

def there(*words):
	subprocess.run(['ip', 'netns', 'exec', OTHER, 'portctl', *words], check=True, stderr=subprocess.DEVNULL)

def go_there():
	with open('/run/netns/' + OTHER) as file:
		if libc.setns(file.fileno(), 0x40000000) or libc.unshare(0x20000):
			raise OSError(ctypes.get_errno(), 'setns')
	subprocess.run('mount --make-rprivate / && mount -t portfs portfs /dev/port', shell=True, check=True)

# ---- who has it: each leaves processes ----

# A process for each FAMILY, ADDRESS; several of them share the port.
def held(*ends):
	def hold(family, address, ready):
		s = socket.socket(family)
		if len(ends) > 1:
			s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
		if len(ends) > 1 and family == socket.AF_INET6:
			s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
		s.bind((address, PORT))
		s.listen()
		os.write(ready, b'!')
		signal.pause()

	def holders(is_elsewhere):
		children = []
		for family, address in ends:
			result, ready = os.pipe()
			child = os.fork()
			if not child:
				try:
					if is_elsewhere:
						go_there()
					hold(family, address, ready)
				finally:
					os._exit(1)
			children.append(child)
			os.close(ready)
			if not os.read(result, 1):
				raise Exception('it is not held')
			os.close(result)
		return children
	return holders

class Cause:
	def __init__(self, name, step, act):
		self.name, self.step, self.act = name, step, act

def kinds():
	version = libc.syscall(444, None, 0, 1)
	confining = [Cause('', None, None), Cause('seccomp', 'seccomp', seccomp),
		Cause('seccomp that kills', 'seccomp', seccomp_kills), Cause('a BPF program', 'cgroup', cgroup)]
	if version >= 4:
		confining.append(Cause('Landlock', 'Landlock', landlock))
	ruling = [Cause('', None, owner), Cause('a stranger', 'rule', stranger), Cause('the mask', 'rule', mask),
		Cause('an entry', 'rule', entry), Cause('the write bit', 'rule', write_bit),
		Cause('the sticky bit', 'rule', sticky), Cause('', None, capable),
		Cause('the threshold', 'threshold', unclaimed),
		Cause('a user namespace of its own', 'rule', own_namespace),
		Cause('a network namespace of its own', 'rule', elsewhere)]
	four, six = (socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::')
	holding = [Cause('', None, None), Cause('0.0.0.0 in use', 'in use', held(four)),
		Cause('127.0.0.1 in use', 'in use', held((socket.AF_INET, '127.0.0.1'))),
		Cause(':: in use', 'in use', held(six)), Cause('in use by two', 'in use', held(four, four)),
		Cause('in use by one for each family', 'in use', held(four, six))]
	return confining, ruling, holding

# ---- one process that they are true of ----

def become(who):
	if who == 'elsewhere':
		go_there()
		who = BOB
	if who == 'namespace':
		os.setresgid(BOB, BOB, BOB)
		os.setgroups([])
		os.setresuid(BOB, BOB, BOB)
		if libc.unshare(0x10000000):
			raise OSError(ctypes.get_errno(), 'unshare')
	elif who:
		os.setgroups([])
		os.setresgid(who, who, who)
		os.setresuid(who, who, who)

def why(*words):
	done = subprocess.run(['portctl', 'why', '-j', 'tcp/%d' % PORT, *words], capture_output=True, text=True)
	answer = json.loads(done.stdout)
	if answer['errors'] or done.stderr:
		raise Exception('portctl why %s: %s %s' % (words, answer['errors'], done.stderr))
	answer = answer['ports'][0]
	if done.returncode != (0 if answer['may_bind'] else 1):
		raise Exception('portctl why %s: status %d' % (words, done.returncode))
	return answer

def bind():
	child = os.fork()
	if not child:
		try:
			socket.socket().bind(('', PORT))
		except OSError as failure:
			os._exit(failure.errno)
		os._exit(0)
	status = os.waitpid(child, 0)[1]
	if os.WIFSIGNALED(status):
		return signal.Signals(os.WTERMSIG(status)).name
	return errno.errorcode[os.WEXITSTATUS(status)] if status else None

# Waits, when it has bound, until THEN is done, which gets what root was told and what bind(2) said.
def subject(confinements, who, then=None):
	result, go = os.pipe(), os.pipe()
	child = os.fork()
	if not child:
		os.close(go[1])
		try:
			for cause in confinements:
				if cause.act:
					cause.act()
			become(who)
			os.write(result[1], (json.dumps(why()) + '\n').encode())
			os.read(go[0], 1)
			os.write(result[1], (json.dumps(bind()) + '\n').encode())
			os.read(go[0], 1)
		except BaseException as failure:
			os.write(result[1], ('"%r"\n' % failure).replace("'", '').encode())
		os._exit(0)
	os.close(result[1])
	os.close(go[0])
	try:
		with os.fdopen(result[0]) as lines:
			first = lines.readline()
			seen = why(str(child)) if then else None
			os.write(go[1], b'!')
			second = lines.readline()
		if then and second:
			then(seen, json.loads(second))
	finally:
		os.close(go[1])
		os.waitpid(child, 0)
	if not second or isinstance(json.loads(first), str):
		raise Exception(first + second)
	return json.loads(first), seen, json.loads(second)

# ---- what has to agree ----

def of(answer, kind):
	return [step['name'] for step in answer['steps'] if step[kind]]

def judge(who, answer, error, causes):
	steps = {}
	for step in answer['steps']:
		steps.setdefault(step['name'], step)
	wrong = [name for name in of(answer, 'refuses') if name not in causes]
	if wrong:
		return '%s: %s refuses' % (who, wrong)
	if answer['may_bind'] != (answer['error'] is None):
		return '%s: may_bind and error' % who
	if not answer['may_bind'] and error is None:
		return '%s: refused, and bound' % who
	unseen = [name for name in causes if steps[name]['answer'] == 'not seen']
	missing = [name for name in causes if name not in unseen and not steps[name]['refuses']]
	# Who is stopped by one of the first does not get to know what comes behind it.
	if missing and not (who == 'itself' and causes[0] == 'Landlock' and missing == ['cgroup']):
		return '%s: nothing of %s' % (who, missing)
	if answer['error'] != error and not (unseen and causes.index(unseen[0]) == 0):
		return '%s: %s, and bind(2) says %s' % (who, answer['error'], error)
	# Of oneself all is seen, but from within a user namespace that has no number for the owner.
	if who == 'itself' and causes and causes[0] in unseen and 'ask outside' not in steps[causes[0]]['text']:
		return 'itself: %s was not seen' % unseen
	return None

ORDER = ['seccomp', 'Landlock', 'cgroup', 'rule', 'threshold', 'in use']

def try_one(confinements, ruling, holding):
	causes = sorted({cause.step for cause in [*confinements, ruling, holding] if cause.step}, key=ORDER.index)
	curable = not set(causes) - {'rule', 'threshold', 'in use'}
	holders = holding.act(ruling.act == elsewhere) if holding.act else []

	def cure(seen, error):
		if error and curable:
			for command in seen['commands']:
				subprocess.run(command, shell=True, check=True)

	try:
		who = ruling.act()
		itself, seen, error = subject(confinements, who, cure)
		words = judge('itself', itself, error, causes) or judge('root', seen, error, causes)
		if words:
			return words + '\n' + json.dumps([itself, seen], indent=1)
		named = sum(step['name'] == 'in use' and step['refuses'] for step in seen['steps'])
		if named != len(holders):
			return '%d of %d who have it are named' % (named, len(holders))
		if error is None and causes:
			return 'bound, in spite of ' + repr(causes)
		if error is None or not curable:
			return None
		while holders:
			os.waitpid(holders.pop(), 0)
		error = subject(confinements, who)[2]
		return error and 'not cured by %s: %s' % (seen['commands'], error)
	finally:
		for holder in holders:
			os.kill(holder, signal.SIGKILL)
			os.waitpid(holder, 0)
		subprocess.run(['portctl', 'release', 'all'], check=True)
		there('release', 'all')

def cases():
	confining, ruling, holding = kinds()
	for c, r, h in itertools.product(confining, ruling, holding):
		if bool(c.name) + bool(r.name) + bool(h.name) <= 2:
			yield [c], r, h
	for pair in itertools.combinations(confining[1:], 2):
		yield list(pair), ruling[0], holding[0]

print('TAP version 13', flush=True)
make_cgroup()
subprocess.run(['ip', 'netns', 'add', OTHER], check=True)
subprocess.run(['ip', '-n', OTHER, 'link', 'set', 'lo', 'up'], check=True)
failed = number = 0
for confinements, ruling, holding in cases():
	number += 1
	name = ', '.join(c.name for c in [*confinements, ruling, holding] if c.name) or 'none: ' + ruling.act.__name__
	try:
		words = try_one(confinements, ruling, holding)
	except Exception as failure:
		words = repr(failure)
	failed += bool(words)
	print('%sok %d - %s' % ('not ' if words else '', number, name), flush=True)
	if words:
		print('# ' + words.replace('\n', '\n# '), flush=True)
subprocess.run(['ip', 'netns', 'del', OTHER], check=True)
os.rmdir(CGROUP)
print('1..%d' % number)
sys.exit(failed > 0)
END
