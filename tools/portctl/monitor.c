// SPDX-License-Identifier: GPL-2.0
/* portctl monitor: what happens to ports, as it happens. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "event.h"
#include "message.h"
#include "module.h"
#include "owner.h"
#include "port.h"
#include "report.h"
#include "text.h"
#include "trace.h"

/* How long it may take to see that the module has been removed. */
#define LOOK_AROUND_SECONDS 2

/**
 * struct watch - what is watched, and how it goes
 * @ports: only these, if any are named
 * @has_ports: some are
 * @json: an object for each event
 * @pipe: the events
 * @line: what has been read of one
 * @length: how much that is
 */
struct watch {
	struct port_set ports;
	bool has_ports;
	bool json;
	int pipe;
	char line[1024];
	size_t length;
};

static atomic_bool ended;

static void end(int signal)
{
	ended = true;
}

/* As 2026-11-21T20:55:01.123Z: when the machine started may have been corrected since. */
static void event_time(const struct event *event, char text[64])
{
	struct timespec now, up;
	long long time;
	time_t seconds;
	struct tm parts;
	char whole[32];

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	time = event->time + (now.tv_sec - up.tv_sec) * 1000000LL +
	       (now.tv_nsec - up.tv_nsec) / 1000;
	seconds = time / 1000000;
	gmtime_r(&seconds, &parts);
	strftime(whole, sizeof(whole), "%FT%T", &parts);
	snprintf(text, 64, "%s.%03dZ", whole, (int)(time % 1000000 / 1000));
}

static void print_rule(const struct known *rule)
{
	text_print(stdout, user_name(rule->uid));
	putchar(':');
	text_print(stdout, group_name(rule->gid));
	printf(" %04o%s", rule->mode, rule->acl ? "+" : "");
}

static void print_event(const struct event *event)
{
	char time[64];

	event_time(event, time);
	printf("%s %s %s ", time, event->what,
	       ports_text(event->index, event->index));
	if (!event->is_change)
		printf("on %s ", event->address);
	fputs("by ", stdout);
	text_print(stdout, user_name(event->uid));
	printf(" (process %d): ", event->pid);
	if (strcmp(event->what, "release"))
		print_rule(&event->rule);
	if (event->is_change && strcmp(event->what, "claim")) {
		fputs(strcmp(event->what, "release") ? ", was " : "was ",
		      stdout);
		print_rule(&event->old);
	}
	if (event->error && event->error != -EACCES)
		printf(", %s", strerror(-event->error));
	putchar('\n');
}

static void report_known(const char *key, const struct known *rule)
{
	char mode[8];

	snprintf(mode, sizeof(mode), "%04o", rule->mode);
	json_open('{', key);
	json_string("owner", user_name(rule->uid));
	json_number("uid", rule->uid);
	json_string("group", group_name(rule->gid));
	json_number("gid", rule->gid);
	json_string("mode", mode);
	json_boolean("acl", rule->acl);
	json_close();
}

static void report_event(const struct event *event)
{
	char time[64];

	event_time(event, time);
	json_open('{', NULL);
	json_string("time", time);
	json_string("event", event->what);
	report_port(event->index);
	json_string("user", user_name(event->uid));
	json_number("uid", event->uid);
	json_number("pid", event->pid);
	if (!event->is_change) {
		json_string("address", event->address);
		json_string("error", event->error ?
					     strerrorname_np(-event->error) :
					     NULL);
	}
	if (event->is_change && strcmp(event->what, "claim"))
		report_known("old", &event->old);
	else if (event->is_change)
		json_null("old");
	if (strcmp(event->what, "release"))
		report_known("rule", &event->rule);
	else
		json_null("rule");
	json_close();
}

static void say_lost(const struct watch *watch, unsigned long long lost)
{
	if (!watch->json) {
		printf("lost %llu event%s\n", lost, lost == 1 ? "" : "s");
		return;
	}
	json_open('{', NULL);
	json_string("event", "lost");
	json_number("count", lost);
	json_close();
}

static void take_line(const struct watch *watch, const char *line)
{
	struct event event;

	if (!event_parse(&event, line))
		return;
	if (event.lost)
		say_lost(watch, event.lost);
	else if (watch->has_ports && !watch->ports.has[event.index])
		return;
	else if (watch->json)
		report_event(&event);
	else
		print_event(&event);
}

/* Of a line that is too long for any of ours, the end is kept. */
static void take_bytes(struct watch *watch, const char *bytes, size_t count)
{
	for (; count; bytes++, count--) {
		if (*bytes == '\n') {
			watch->line[watch->length] = '\0';
			take_line(watch, watch->line);
			watch->length = 0;
		} else {
			if (watch->length == sizeof(watch->line) - 1)
				watch->length = 0;
			watch->line[watch->length++] = *bytes;
		}
	}
}

/* All that is there; false at the end of it, or if nobody reads what is said. */
static bool take_events(struct watch *watch)
{
	static char bytes[65536];
	ssize_t count;

	do {
		count = read(watch->pipe, bytes, sizeof(bytes));
		if (count > 0)
			take_bytes(watch, bytes, count);
	} while (count > 0);
	return !fflush(stdout) && count < 0 &&
	       (errno == EAGAIN || errno == EINTR);
}

/* No signal comes unseen between the look and the wait. Returns as poll(2). */
static int wait_for_events(struct pollfd *files, size_t count)
{
	struct timespec timeout = { .tv_sec = LOOK_AROUND_SECONDS };
	sigset_t all, usual;
	int ready = -1;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &usual);
	if (!ended)
		ready = ppoll(files, count, &timeout, &usual);
	sigprocmask(SIG_SETMASK, &usual, NULL);
	return ready;
}

/* Until a signal comes, or nobody reads any more. */
static enum status watch_events(struct watch *watch)
{
	struct pollfd files[] = {
		{ .fd = watch->pipe, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	int ready;

	while (!ended) {
		ready = wait_for_events(files, ARRAY_SIZE(files));
		if (!ready && !trace_is_on())
			return fail(MISSING, "the module has been removed");
		if (ready > 0 && (files[1].revents || !take_events(watch)))
			break;
	}
	return DONE;
}

/* They end a write that waits for a reader, as well. */
static void catch_signals(void)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	const struct sigaction action = { .sa_handler = end };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ending); i++)
		sigaction(ending[i], &action, NULL);
}

/**
 * command_monitor() - say what happens to ports, as it happens
 * @options: [PORT…]
 *
 * Return: DONE when a signal ended it or nobody reads any more.
 */
enum status command_monitor(const struct options *options)
{
	static struct watch watch;
	struct stat namespace;
	enum status status = DONE;

	report_lines();
	watch.json = options->json;
	watch.has_ports = options->count;
	if (options->count)
		status = ports_of_arguments(&watch.ports, options, 0);
	if (status)
		return status;
	if (stat("/proc/self/ns/net", &namespace))
		return fail(FAILED, "/proc/self/ns/net: %s", strerror(errno));
	catch_signals();
	status = trace_begin(namespace.st_ino, &watch.pipe);
	if (status)
		return status;
	status = watch_events(&watch);
	trace_stop();
	if (!status)
		take_events(&watch);
	close(watch.pipe);
	trace_end();
	return status;
}
