/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who else may be at a function of the kernel's: every kind of tracer, of probe
 * and of live patch, by the kernel's own interfaces.
 */
#ifndef PORTFS_TEST_TRACERS_H
#define PORTFS_TEST_TRACERS_H

#include <linux/perf_event.h>
#include <sys/ioctl.h>

#include "bpf.h"
#include "loading.h"
#include "tracefs.h"

#define PERF_KPROBE	"/sys/bus/event_source/devices/kprobe/type"
#define PERF_FUNCTION	TRACING "/events/ftrace/function/id"

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

#define LIVE_PATCHES	"/sys/kernel/livepatch"
#define LIVE_PATCH	LIVE_PATCHES "/divert"

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
