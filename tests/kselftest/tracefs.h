/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracers of tracefs: ftrace's own, in instances of their own where they can
 * be, and probes, which are events there.
 */
#ifndef PORTFS_TEST_TRACEFS_H
#define PORTFS_TEST_TRACEFS_H

#include <glob.h>

#include "tracer.h"

#define TRACING "/sys/kernel/tracing"

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

static inline void places_forget(void)
{
	glob_t found;
	size_t i;

	if (!glob(TRACING "/instances/portfs_*", 0, NULL, &found))
		for (i = 0; i < found.gl_pathc; i++) {
			struct attached at = {};

			snprintf(at.place, sizeof(at.place), "%s",
				 found.gl_pathv[i]);
			write_file(place_file(&at, "events/enable"), "0");
			place_remove(&at);
		}
	globfree(&found);
}

/* Whatever a test left that ended before its end. */
static inline void tracefs_forget(void)
{
	write_file(TRACING "/current_tracer", "nop");
	write_file(TRACING "/set_ftrace_filter", "");
	places_forget();
	write_file(KPROBE_EVENTS, "");
	if (!fprobe_missing())
		write_file(DYNAMIC_EVENTS, "");
}

#endif
