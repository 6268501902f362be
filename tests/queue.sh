# SPDX-License-Identifier: GPL-2.0
# A queue of jobs over one lane more than there are processors, the longest first. A job's output is shown whole
# when it ends, and how long is left, going by how long each took the last time.
#
# The caller has a function `job NAME`, and a directory $logs of its own for what it runs.
# shellcheck shell=bash
# shellcheck disable=SC2154 # $logs

DURATIONS=$CACHE/durations
queue=() running=()
declare -A cost=() needs=() lane_of=() began=()

# enqueue NAME SECONDS [NEEDS]: SECONDS, if it was never measured here; NEEDS must have ended before.
enqueue() {
	local known=''
	[[ ! -e $DURATIONS ]] || known=$(awk -v name="$1" '$1 == name { print $2 }' "$DURATIONS")
	! is_pending "$1" || return 0
	queue+=("$1")
	cost[$1]=${known:-$2} needs[$1]=${3-}
}

# A guest waits a fourth of its time, for grace periods most of all. Guests take 2 GB each.
lanes() {
	local processors memory
	processors=$(($(nproc) + 1))
	memory=$(awk '$1 == "MemAvailable:" { print int($2 / 3000000) }' /proc/meminfo)
	((memory > 0)) || memory=1
	echo $((processors < memory ? processors : memory))
}

# remember: lines of NAME SECONDS on stdin.
remember() {
	local lock
	exec {lock}>"$CACHE/locks/durations"
	flock "$lock"
	touch "$DURATIONS"
	awk 'NR == FNR { seconds[$1] = $2; next } !($1 in seconds) { print } END { for (name in seconds) print name, seconds[name] }' \
		- "$DURATIONS" >"$DURATIONS.new"
	mv "$DURATIONS.new" "$DURATIONS"
	exec {lock}>&-
}

is_pending() {
	local name
	for name in "${queue[@]}" "${running[@]}"; do [[ $name != "$1" ]] || return 0; done
	return 1
}

# The longest job that needs nothing that is not there yet; what others need comes before all.
next_job() {
	local name other best='' seconds most=-1
	for name in "${queue[@]}"; do
		[[ -z ${needs[$name]} ]] || ! is_pending "${needs[$name]}" || continue
		seconds=${cost[$name]}
		for other in "${queue[@]}"; do [[ ${needs[$other]} != "$name" ]] || seconds=$((seconds + cost[$other])); done
		((seconds <= most)) || { best=$name most=$seconds; }
	done
	echo "$best"
}

without() {
	local name
	for name in "${@:2}"; do [[ $name == "$1" ]] || echo "$name"; done
}

start_job() {
	mapfile -t queue < <(without "$1" "${queue[@]}")
	running+=("$1")
	began[$1]=$SECONDS
	set -m # In a process group of its own.
	(
		trap 'times >"$logs/$1.times"' EXIT
		job "$1"
	) >"$logs/$1.out" 2>&1 </dev/null &
	set +m
	lane_of[$!]=$1
}

# What the job and all that it waited for took, by its shell's `times`; one that was killed does not say.
processor_seconds() {
	[[ -e $logs/$1.times ]] || { echo '?'; return; }
	awk 'BEGIN { RS = "[ \n]+" } { split($1, time, "m"); sum += 60 * time[1] + time[2] } END { printf "%d", sum }' "$logs/$1.times"
}

end_job() {
	local name=${lane_of[$1]} seconds
	unset "lane_of[$1]"
	seconds=$((SECONDS - began[$name]))
	mapfile -t running < <(without "$name" "${running[@]}")
	[[ $2 != 0 ]] || remember <<<"$name $seconds"
	echo "  $seconds s, $(processor_seconds "$name") s of a processor" >>"$logs/$name.out"
	cat "$logs/$name.out"
	jobs_ended=$((jobs_ended + 1))
}

# What is left of all, in seconds: no less than the longest.
left() {
	local name sum=0 longest=0 rest
	for name in "${running[@]}"; do
		rest=$((cost[$name] - SECONDS + began[$name]))
		((rest > 0)) || rest=0
		((rest <= longest)) || longest=$rest
		sum=$((sum + rest))
	done
	for name in "${queue[@]}"; do
		rest=${cost[$name]}
		((rest <= longest)) || longest=$rest
		sum=$((sum + rest))
	done
	((sum / $1 > longest)) && echo $((sum / $1)) || echo "$longest"
}

progress() {
	printf '# %s of %s done in %s min, about %s min left%s\n' "$jobs_ended" "$jobs_total" "$((SECONDS / 60))" \
		"$((($(left "$1") + 59) / 60))" "${running[*]:+; now: ${running[*]}}"
}

# The process of a job that is over, as $ended. `wait -n` forgets one of two that end while something else is done.
await_job() {
	while :; do
		for ended in "${!lane_of[@]}"; do kill -0 "$ended" 2>/dev/null || return 0; done
		sleep 0.2
	done
}

stop_jobs() {
	local pid
	for pid in "${!lane_of[@]}"; do kill -- "-$pid" 2>/dev/null || true; done
	wait
}

# Run what is in the queue. A job's status says only whether how long it took is worth remembering.
run_queue() {
	local lanes name ended status
	lanes=$(lanes)
	jobs_ended=0 jobs_total=${#queue[@]}
	trap stop_jobs EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	while ((${#queue[@]} + ${#running[@]})); do
		while ((${#running[@]} < lanes)); do
			name=$(next_job)
			[[ $name ]] || break
			start_job "$name"
		done
		((${#running[@]})) || { echo "nothing of this can begin: ${queue[*]}" >&2; return 1; }
		progress "$lanes"
		await_job
		status=0
		wait "$ended" || status=$?
		end_job "$ended" "$status"
	done
	trap - EXIT INT TERM
}
