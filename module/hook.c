// SPDX-License-Identifier: GPL-2.0
/*
 * Where the kernel asks the module: the only file that knows ftrace.
 *
 * Every bind(2) of a TCP or UDP socket ends in __inet_bind() or
 * __inet6_bind(): MPTCP's and SMC's by their inner TCP socket, one whose
 * address a cgroup's BPF program rewrote with the new address. A callback at
 * the entry of these functions decides. To allow is to set the flag with which
 * the kernel itself skips its privileged-port check, and to let the call run
 * on untouched. To refuse is to enter a leaf function of the module instead,
 * which has the hooked function's signature and returns the error.
 *
 * So no frame of the module ever lies under a bind. A callback and a leaf never
 * sleep, hence unregister_ftrace_function(), which waits until every task was
 * seen outside of both, makes it safe to unload. The handler of the sysctl does
 * sleep, and has a reference to the module.
 *
 * A callback never calls a hooked function, so it needs no protection against
 * recursion (FTRACE_OPS_FL_RECURSION). PERMANENT keeps kernel.ftrace_enabled
 * from being set to 0 while the module is loaded.
 */
#include <linux/ftrace.h>
#include <linux/jump_label.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sysctl.h>
#include <net/inet_common.h>
#include <net/inet_sock.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "portfs.h"

/* What a hooked function returns to its own proof, and never otherwise. */
#define PROOF_ERROR (-EXFULL)

/* Set while loading; only then is a call compared with proof_object. */
static DEFINE_STATIC_KEY_FALSE(proving);
/* The first argument's mark of a proof; written before and after proving. */
static const void *proof_object;

static void redirect(struct ftrace_regs *fregs, void *function)
{
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)function);
}

static int leaf_proof(void)
{
	return PROOF_ERROR;
}

static bool is_proof(const void *object, struct ftrace_regs *fregs)
{
	if (!static_branch_unlikely(&proving))
		return false;
	if (object != READ_ONCE(proof_object))
		return false;
	redirect(fregs, leaf_proof);
	return true;
}

/* The index of the port that a socket is to be bound to, 0 for none of ours. */
static u32 bind_index(const struct sock *sk, __be16 port)
{
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
		return portfs_index(PORTFS_TCP, ntohs(port));
	case IPPROTO_UDP:
		return portfs_index(PORTFS_UDP, ntohs(port));
	default:
		return 0;
	}
}

static void decide(const struct sock *sk, __be16 port, void *refusal,
		   struct ftrace_regs *fregs)
{
	u32 index = bind_index(sk, port);
	unsigned long flags;

	if (!index || !port)
		return;
	switch (portfs_policy_bind(sock_net(sk), index)) {
	case PORTFS_NO_SAY:
		break;
	case PORTFS_ALLOW:
		flags = ftrace_regs_get_argument(fregs, 3);
		flags |= BIND_NO_CAP_NET_BIND_SERVICE;
		ftrace_regs_set_flags_argument(fregs, flags);
		break;
	case PORTFS_REFUSE:
		redirect(fregs, refusal);
		break;
	}
}

static int refuse(const struct sock *sk, __be16 port)
{
	const char *name = sk->sk_protocol == IPPROTO_TCP ? "tcp" : "udp";
	uid_t user = from_kuid_munged(&init_user_ns, current_fsuid());

	/* The host's log is not for what users do in namespaces of their own. */
	if (sock_net(sk)->user_ns == &init_user_ns)
		pr_info_ratelimited("%s/%u refused to %s[%d], user %u\n", name,
				    ntohs(port), current->comm,
				    task_tgid_nr(current), user);
	return -EACCES;
}

/*
 * The kernel looks at the address before it looks at the port, so an address
 * that is not this host's is EADDRNOTAVAIL for those, too, who may not bind.
 */
static int leaf_refuse_inet(struct sock *sk, const struct sockaddr_in *address,
			    int length, u32 flags)
{
	struct net *net = sock_net(sk);
	__be32 host = address->sin_addr.s_addr;
	u32 table;
	int type;

	table = l3mdev_fib_table_by_index(net, sk->sk_bound_dev_if);
	type = inet_addr_type_table(net, host, table ?: RT_TABLE_LOCAL);
	if (!inet_addr_valid_or_nonlocal(net, inet_sk(sk), host, type))
		return -EADDRNOTAVAIL;
	return refuse(sk, address->sin_port);
}

static void hook_inet_bind(unsigned long ip, unsigned long parent_ip,
			   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);
	const struct sockaddr_in *address =
		(void *)ftrace_regs_get_argument(fregs, 1);

	if (is_proof(sk, fregs))
		return;
	/* AF_UNSPEC binds like AF_INET; all else the kernel refuses itself. */
	if (address->sin_family != AF_INET &&
	    (address->sin_family != AF_UNSPEC ||
	     address->sin_addr.s_addr != htonl(INADDR_ANY)))
		return;
	decide(sk, address->sin_port, leaf_refuse_inet, fregs);
}

/* What the kernel finds wrong before it looks at the port stays its error. */
static int leaf_refuse_inet6(const struct sock *sk,
			     const struct sockaddr_in6 *address, int length,
			     u32 flags)
{
	if (ipv6_addr_is_multicast(&address->sin6_addr) &&
	    sk->sk_type == SOCK_STREAM)
		return -EINVAL;
	return refuse(sk, address->sin6_port);
}

static void hook_inet6_bind(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);
	const struct sockaddr_in6 *address =
		(void *)ftrace_regs_get_argument(fregs, 1);

	if (is_proof(sk, fregs))
		return;
	if (address->sin6_family != AF_INET6)
		return;
	decide(sk, address->sin6_port, leaf_refuse_inet6, fregs);
}

static void hook_large_bitmap(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct ctl_table *sysctl =
		(void *)ftrace_regs_get_argument(fregs, 0);

	if (is_proof(sysctl, fregs))
		return;
	/* The handler drops the reference; an unloading module has no claims. */
	if (portfs_reserved_net(sysctl) && try_module_get(THIS_MODULE))
		redirect(fregs, portfs_reserved_sysctl);
}

static int prove_bind(int family, void *address, int length)
{
	struct socket *socket;
	int error;

	error = sock_create_kern(&init_net, family, SOCK_DGRAM, IPPROTO_UDP,
				 &socket);
	/* A family that is switched off, as IPv6 can be, has no binds. */
	if (error)
		return error == -EAFNOSUPPORT ? PROOF_ERROR : error;
	WRITE_ONCE(proof_object, socket->sk);
	error = kernel_bind(socket, address, length);
	sock_release(socket);
	return error;
}

static int prove_inet_bind(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return prove_bind(AF_INET, &address, sizeof(address));
}

static int prove_inet6_bind(void)
{
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	return prove_bind(AF_INET6, &address, sizeof(address));
}

static int prove_large_bitmap(void)
{
	unsigned long *no_bitmap = NULL;
	struct ctl_table sysctl = { .data = &no_bitmap };
	size_t length = 0;
	loff_t position = 0;

	WRITE_ONCE(proof_object, &sysctl);
	return proc_do_large_bitmap(&sysctl, 0, NULL, &length, &position);
}

/**
 * struct hook - a function of the kernel that the module stands in front of
 * @function: its name
 * @option: what configures it into the kernel
 * @prove: call it; returns PROOF_ERROR if the hook fired
 * @ops: ftrace's side
 */
struct hook {
	char *function;
	const char *option;
	int (*prove)(void);
	struct ftrace_ops ops;
};

#define HOOK_FLAGS (FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT)

static struct hook hooks[] = {
	{
		.function = "__inet_bind",
		.option = "CONFIG_INET",
		.prove = prove_inet_bind,
		.ops = { .func = hook_inet_bind, .flags = HOOK_FLAGS },
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.function = "__inet6_bind",
		.option = "CONFIG_IPV6",
		.prove = prove_inet6_bind,
		.ops = { .func = hook_inet6_bind, .flags = HOOK_FLAGS },
	},
#endif
	{
		.function = "proc_do_large_bitmap",
		.option = "CONFIG_PROC_SYSCTL",
		.prove = prove_large_bitmap,
		.ops = { .func = hook_large_bitmap, .flags = HOOK_FLAGS },
	},
};

static void hook_remove(struct hook *hook)
{
	unregister_ftrace_function(&hook->ops);
	ftrace_free_filter(&hook->ops);
}

static const char *install_cause(int error)
{
	switch (error) {
	case -EINVAL:
		return "this kernel has no such function that can be traced";
	case -EBUSY:
		return "kernel.ftrace_enabled is 0, or a live patch holds it";
	case -ENOMEM:
		return "out of memory";
	default:
		return "ftrace refused";
	}
}

static int hook_install(struct hook *hook)
{
	int error;

	error = ftrace_set_filter(&hook->ops, hook->function,
				  strlen(hook->function), 1);
	if (!error)
		error = register_ftrace_function(&hook->ops);
	if (error) {
		ftrace_free_filter(&hook->ops);
		pr_err("cannot hook %s: %s (error %d); needed: %s, CONFIG_FUNCTION_TRACER, CONFIG_DYNAMIC_FTRACE_WITH_ARGS\n",
		       hook->function, install_cause(error), error,
		       hook->option);
	}
	return error;
}

static int hook_prove(struct hook *hook)
{
	int error = hook->prove();

	WRITE_ONCE(proof_object, NULL);
	if (error == PROOF_ERROR)
		return 0;
	if (error) {
		pr_err("cannot prove the hook of %s (error %d)\n",
		       hook->function, error);
		return error;
	}
	pr_err("the hook of %s does not fire: the compiler inlined it, or CONFIG_DYNAMIC_FTRACE is off\n",
	       hook->function);
	return -EOPNOTSUPP;
}

/**
 * portfs_hook_setup() - take every hook and prove that it fires
 *
 * Return: 0, or a negative errno with no hook taken and the reason logged.
 */
int __init portfs_hook_setup(void)
{
	int installed, proved, error = 0;

	for (installed = 0; installed < ARRAY_SIZE(hooks); installed++) {
		error = hook_install(&hooks[installed]);
		if (error)
			goto remove_installed;
	}

	static_branch_enable(&proving);
	for (proved = 0; proved < ARRAY_SIZE(hooks) && !error; proved++)
		error = hook_prove(&hooks[proved]);
	static_branch_disable(&proving);
	if (error)
		goto remove_installed;
	return 0;

remove_installed:
	while (installed--)
		hook_remove(&hooks[installed]);
	return error;
}

/**
 * portfs_hook_teardown() - let go of every hook
 *
 * When it returns, no task is in a callback or a leaf any more.
 *
 * Context: Process context, sleeps.
 */
void portfs_hook_teardown(void)
{
	int installed = ARRAY_SIZE(hooks);

	while (installed--)
		hook_remove(&hooks[installed]);
}
