// SPDX-License-Identifier: GPL-2.0
/*
 * Signals wait while something is changed that shall be whole: what one of them
 * would leave half done, nobody asked for, and to undo it takes as long as to
 * finish it. What is held up is finite: no name is looked up meanwhile.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "message.h"

static sigset_t before;
static unsigned int holds;

/**
 * interrupts_hold() - let signals wait from now on
 *
 * What is held within another hold is one with it.
 */
void interrupts_hold(void)
{
	sigset_t all;

	if (holds++)
		return;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
}

/* The one that waits and ends the program now, or 0. */
static int ending_signal(void)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action;
	sigset_t pending;
	size_t i;

	sigpending(&pending);
	for (i = 0; i < ARRAY_SIZE(ending); i++) {
		sigaction(ending[i], NULL, &action);
		if (sigismember(&pending, ending[i]) &&
		    !sigismember(&before, ending[i]) &&
		    action.sa_handler != SIG_IGN)
			return ending[i];
	}
	return 0;
}

/**
 * interrupts_obey() - let signals have their effect again
 * @format: what was done meanwhile, to be said if one of them ends the program now
 */
void interrupts_obey(const char *format, ...)
{
	va_list arguments;
	int signal;
	char *done;

	if (--holds)
		return;
	signal = ending_signal();
	if (signal) {
		va_start(arguments, format);
		if (vasprintf(&done, format, arguments) < 0)
			out_of_memory();
		va_end(arguments);
		warn("stopped by SIG%s; %s", sigabbrev_np(signal), done);
		free(done);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}
