/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who else may be at a function of the kernel's: each kind of tracer and of live
 * patch, by the kernel's own interfaces. One that is attached can tell how often
 * it was called, for one that never is would prove nothing.
 */
#ifndef PORTFS_TEST_TRACER_H
#define PORTFS_TEST_TRACER_H

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "bpf.h"
#include "lib.h"

#define TRACING		"/sys/kernel/tracing"
#define LIVE_PATCHES	"/sys/kernel/livepatch"
#define PERF_KPROBE	"/sys/bus/event_source/devices/kprobe/type"
#define PERF_FUNCTION	TRACING "/events/ftrace/function/id"

/* One file for each processor, or a program and its link. */
#define FILES 8

struct tracer;

/**
 * struct attached - a tracer at a function
 * @tracer: what kind
 * @function: where, NULL for everywhere
 * @name: of its event, if it has one
 * @place: its own instance of tracefs, if it has one
 * @files: what it holds open
 * @open: how many of @files
 */
struct attached {
	const struct tracer *tracer;
	const char *function;
	char name[64];
	char place[128];
	int files[FILES];
	int open;
};

/**
 * struct tracer - a kind of tracer
 * @name: what a report calls it
 * @exclusive: it takes the function for itself, as the module does: one of both
 *	may be refused
 * @missing: why this kernel has none, or NULL
 * @attach: 0 or an errno
 * @detach: 0 or an errno; closes nothing of @files itself
 * @calls: how often it was called, or a negative errno
 */
struct tracer {
	const char *name;
	bool exclusive;
	const char *(*missing)(void);
	int (*attach)(struct attached *at);
	int (*detach)(struct attached *at);
	long (*calls)(const struct attached *at);
};

static inline int tracer_append(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND);
	int error;

	if (fd < 0)
		return errno;
	error = write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	return error;
}

/* Is @text in the file? What cannot be read has none. */
static inline bool tracer_says(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char line[4096];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, text);
	if (file)
		fclose(file);
	return found;
}

static inline long tracer_number(const char *path)
{
	char text[64];
	int error = read_file(path, text, sizeof(text));

	return error ? -error : atol(text);
}

static inline int tracer_keep(struct attached *at, int file)
{
	if (file < 0)
		return -file;
	at->files[at->open++] = file;
	return 0;
}

static inline int nothing_to_do(struct attached *at)
{
	return 0;
}

/* ---- instances of tracefs ---- */

static inline const char *place_file(const struct attached *at,
				     const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", at->place, name);
	return path;
}

static inline int place_make(struct attached *at, const char *kind)
{
	snprintf(at->name, sizeof(at->name), "%s_%s", kind,
		 at->function ?: "all");
	snprintf(at->place, sizeof(at->place), TRACING "/instances/portfs_%s",
		 at->name);
	return mkdir(at->place, 0700) ? errno : 0;
}

static inline int place_remove(struct attached *at)
{
	return write_file(place_file(at, "current_tracer"), "nop") ?:
	       rmdir(at->place) ? errno : 0;
}

static inline long place_entries(const struct attached *at)
{
	long entries = 0, number;
	char path[64], line[128];
	FILE *file;
	int cpu;

	for (cpu = 0;; cpu++) {
		snprintf(path, sizeof(path), "per_cpu/cpu%d/stats", cpu);
		file = fopen(place_file(at, path), "re");
		if (!file)
			return entries;
		while (fgets(line, sizeof(line), file))
			if (sscanf(line, "entries: %ld", &number) == 1 ||
			    sscanf(line, "overrun: %ld", &number) == 1)
				entries += number;
		fclose(file);
	}
}

/* ---- ftrace's own tracers ---- */

static inline int function_attach(struct attached *at)
{
	return place_make(at, "function") ?:
	       (at->function ? write_file(place_file(at, "set_ftrace_filter"),
					  at->function) : 0) ?:
	       write_file(place_file(at, "current_tracer"), "function");
}

/* Not every kernel lets an instance have it. */
static inline const char *graph_missing(void)
{
	return tracer_says(TRACING "/available_tracers", "function_graph") ?
	       NULL : "no function graph tracer";
}

static inline int graph_attach(struct attached *at)
{
	return write_file(TRACING "/trace", "") ?:
	       write_file(TRACING "/set_ftrace_filter", at->function ?: "") ?:
	       write_file(TRACING "/current_tracer", "function_graph");
}

static inline int graph_detach(struct attached *at)
{
	return write_file(TRACING "/current_tracer", "nop") ?:
	       write_file(TRACING "/set_ftrace_filter", "");
}

static inline long graph_calls(const struct attached *at)
{
	char text[64];

	snprintf(text, sizeof(text), "%s()", at->function ?: "");
	return tracer_says(TRACING "/trace", text);
}

/* ---- probes by tracefs ---- */

static inline int event_attach(struct attached *at, const char *kind,
			       const char *file, const char *suffix)
{
	char text[256];
	int error;

	error = place_make(at, kind);
	if (error)
		return error;
	snprintf(text, sizeof(text), "%c:portfs/%s %s%s", kind[0], at->name,
		 at->function, suffix);
	error = tracer_append(file, text);
	if (error)
		return error;
	snprintf(text, sizeof(text), "events/portfs/%s/enable", at->name);
	return write_file(place_file(at, text), "1");
}

static inline int event_detach(struct attached *at, const char *file)
{
	char text[256];
	int error;

	snprintf(text, sizeof(text), "events/portfs/%s/enable", at->name);
	error = write_file(place_file(at, text), "0");
	snprintf(text, sizeof(text), "-:portfs/%s", at->name);
	return error ?: tracer_append(file, text) ?: place_remove(at);
}

#define KPROBE_EVENTS	TRACING "/kprobe_events"
#define DYNAMIC_EVENTS	TRACING "/dynamic_events"

static inline const char *kprobe_missing(void)
{
	return access(KPROBE_EVENTS, W_OK) ? "no kprobe events" : NULL;
}

static inline int kprobe_attach(struct attached *at)
{
	return event_attach(at, "p", KPROBE_EVENTS, "");
}

static inline int kretprobe_attach(struct attached *at)
{
	return event_attach(at, "r", KPROBE_EVENTS, "");
}

static inline int kprobe_detach(struct attached *at)
{
	return event_detach(at, KPROBE_EVENTS);
}

static inline const char *fprobe_missing(void)
{
	return tracer_says(TRACING "/README", "<func-name>[%return]") ?
	       NULL : "no fprobe events";
}

static inline int fprobe_attach(struct attached *at)
{
	return event_attach(at, "f", DYNAMIC_EVENTS, "");
}

static inline int fprobe_return_attach(struct attached *at)
{
	return event_attach(at, "freturn", DYNAMIC_EVENTS, "%return");
}

static inline int fprobe_detach(struct attached *at)
{
	return event_detach(at, DYNAMIC_EVENTS);
}

/* ---- perf ---- */

static inline const char *perf_kprobe_missing(void)
{
	return access(PERF_KPROBE, R_OK) ? "no kprobes of perf's" : NULL;
}

static inline const char *perf_function_missing(void)
{
	return access(PERF_FUNCTION, R_OK) ? "no functions of perf's" : NULL;
}

/* On every processor, whoever calls. */
static inline int perf_attach(struct attached *at, struct perf_event_attr *attr)
{
	long cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int error = cpus > FILES ? E2BIG : 0;

	attr->size = sizeof(*attr);
	for (cpu = 0; cpu < cpus && !error; cpu++) {
		int file = syscall(SYS_perf_event_open, attr, -1, (int)cpu, -1,
				   PERF_FLAG_FD_CLOEXEC);

		error = file < 0 ? errno : tracer_keep(at, file);
	}
	return error;
}

static inline int perf_kprobe_attach(struct attached *at)
{
	struct perf_event_attr attr = {
		.type = tracer_number(PERF_KPROBE),
		.kprobe_func = (unsigned long)at->function,
	};

	return perf_attach(at, &attr);
}

static inline int perf_kretprobe_attach(struct attached *at)
{
	struct perf_event_attr attr = {
		.type = tracer_number(PERF_KPROBE),
		.config = 1,
		.kprobe_func = (unsigned long)at->function,
	};

	return perf_attach(at, &attr);
}

static inline int perf_function_attach(struct attached *at)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.config = tracer_number(PERF_FUNCTION),
		.disabled = 1,
	};
	char filter[128];
	int i, error;

	snprintf(filter, sizeof(filter), "ip == %s", at->function);
	error = perf_attach(at, &attr);
	for (i = 0; i < at->open && !error; i++)
		if (ioctl(at->files[i], PERF_EVENT_IOC_SET_FILTER, filter) ||
		    ioctl(at->files[i], PERF_EVENT_IOC_ENABLE))
			error = errno;
	return error;
}

static inline long perf_calls(const struct attached *at)
{
	unsigned long long count;
	long calls = 0;
	int i;

	for (i = 0; i < at->open; i++) {
		if (read(at->files[i], &count, sizeof(count)) != sizeof(count))
			return -EIO;
		calls += count;
	}
	return calls;
}

/* ---- BPF ---- */

static inline const char *bpf_missing(void)
{
	return access(BTF_OF_KERNEL, R_OK) ? "no BTF of this kernel" : NULL;
}

static inline int bpf_attach(struct attached *at, enum bpf_attach_type type)
{
	int id = btf_function(at->function);
	int error;

	if (id < 0)
		return -id;
	error = tracer_keep(at, bpf_load(BPF_PROG_TYPE_TRACING, type, id));
	return error ?: tracer_keep(at, bpf_trace(at->files[0]));
}

static inline int fentry_attach(struct attached *at)
{
	return bpf_attach(at, BPF_TRACE_FENTRY);
}

static inline int fexit_attach(struct attached *at)
{
	return bpf_attach(at, BPF_TRACE_FEXIT);
}

static inline int kprobe_multi_attach(struct attached *at)
{
	int program = bpf_load(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0);

	return tracer_keep(at, program) ?:
	       tracer_keep(at, bpf_kprobe_multi(program, at->function, 0));
}

static inline int kretprobe_multi_attach(struct attached *at)
{
	int program = bpf_load(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0);

	return tracer_keep(at, program) ?:
	       tracer_keep(at, bpf_kprobe_multi(program, at->function,
						BPF_F_KPROBE_MULTI_RETURN));
}

/* Whether a kernel has it is seen at a function of no interest. */
static inline const char *kprobe_multi_missing(void)
{
	struct attached at = { .function = "inet_bind" };
	int error = kprobe_multi_attach(&at);

	while (at.open)
		close(at.files[--at.open]);
	return error ? "no kprobe_multi of BPF's" : NULL;
}

static inline long bpf_calls(const struct attached *at)
{
	return bpf_runs(at->files[0]);
}

/* ---- modules ---- */

/* 0 or an errno. */
static inline int module_load(const char *path, const char *parameters)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int error;

	if (file < 0)
		return errno;
	error = syscall(SYS_finit_module, file, parameters, 0) ? errno : 0;
	close(file);
	return error;
}

static inline int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

/* Some things happen a moment later. The bound ends a test that fails. */
#define wait_until(condition) ({					\
	int _tries = 6000;						\
									\
	while (!(condition) && --_tries)				\
		usleep(10000);						\
	_tries ? 0 : ETIMEDOUT;						\
})

static inline int hold_attach(struct attached *at)
{
	char text[128];

	snprintf(text, sizeof(text), "function=%s", at->function);
	return module_load("hold.ko", text);
}

static inline int hold_detach(struct attached *at)
{
	return module_unload("hold");
}

static inline long hold_calls(const struct attached *at)
{
	return tracer_number("/sys/module/hold/parameters/calls");
}

#define LIVE_PATCH LIVE_PATCHES "/divert"

static inline const char *patch_missing(void)
{
	return access(LIVE_PATCHES, F_OK) ? "no live patches" : NULL;
}

static inline int patch_attach(struct attached *at)
{
	char text[128];

	snprintf(text, sizeof(text), "function=%s", at->function);
	return module_load("divert.ko", text) ?:
	       wait_until(!tracer_number(LIVE_PATCH "/transition"));
}

static inline int patch_detach(struct attached *at)
{
	return wait_until(!write_file(LIVE_PATCH "/enabled", "0")) ?:
	       wait_until(access(LIVE_PATCH, F_OK)) ?:
	       wait_until(!module_unload("divert"));
}

static inline long patch_calls(const struct attached *at)
{
	return tracer_number("/sys/module/divert/parameters/calls");
}

/* ---- all of them ---- */

#define TRACER(symbol, name_, exclusive_, missing_, attach_, detach_, calls_) \
	static const struct tracer symbol = {				\
		.name = name_,						\
		.exclusive = exclusive_,				\
		.missing = missing_,					\
		.attach = attach_,					\
		.detach = detach_,					\
		.calls = calls_,					\
	}

TRACER(fentry, "BPF fentry", true, bpf_missing, fentry_attach, nothing_to_do,
       bpf_calls);
TRACER(fexit, "BPF fexit", true, bpf_missing, fexit_attach, nothing_to_do,
       bpf_calls);
TRACER(kprobe_multi, "BPF kprobe_multi", false, kprobe_multi_missing,
       kprobe_multi_attach, nothing_to_do, bpf_calls);
TRACER(kretprobe_multi, "BPF kretprobe_multi", false, kprobe_multi_missing,
       kretprobe_multi_attach, nothing_to_do, bpf_calls);
TRACER(patch, "live patch", true, patch_missing, patch_attach, patch_detach,
       patch_calls);
TRACER(hold, "IPMODIFY", true, NULL, hold_attach, hold_detach, hold_calls);
TRACER(kprobe, "kprobe", false, kprobe_missing, kprobe_attach, kprobe_detach,
       place_entries);
TRACER(kretprobe, "kretprobe", false, kprobe_missing, kretprobe_attach,
       kprobe_detach, place_entries);
TRACER(fprobe, "fprobe", false, fprobe_missing, fprobe_attach, fprobe_detach,
       place_entries);
TRACER(fprobe_return, "fprobe on return", false, fprobe_missing,
       fprobe_return_attach, fprobe_detach, place_entries);
TRACER(function, "function tracer", false, NULL, function_attach, place_remove,
       place_entries);
TRACER(graph, "graph tracer", false, graph_missing, graph_attach, graph_detach,
       graph_calls);
TRACER(perf_kprobe, "perf kprobe", false, perf_kprobe_missing,
       perf_kprobe_attach, nothing_to_do, perf_calls);
TRACER(perf_kretprobe, "perf kretprobe", false, perf_kprobe_missing,
       perf_kretprobe_attach, nothing_to_do, perf_calls);
TRACER(perf_function, "perf function", false, perf_function_missing,
       perf_function_attach, nothing_to_do, perf_calls);

#endif
