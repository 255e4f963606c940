/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages to standard error: plain for a person, with a priority prefix where standard error is
 * the journal. Control characters are escaped here, at the one exit, since messages quote what
 * strangers sent; so are passwords in addresses masked. */

#include <syslog.h>

#include "basic/error.h"

/* `name` is the program's, printed before each message. Reads $JOURNAL_STREAM and $PM2CTL_LOG_LEVEL
 * (0-7). */
void log_setup(const char *name);

/* -q: only warnings and errors. */
void log_set_max_level(int level);
int log_get_max_level(void);

/* Prints "MESSAGE" if `r` is 0, else with %m standing for its errno; returns r (negative). */
int log_full(int level, int r, const char *format, ...) _printf_(3, 4);

#define log_debug(...)            ((void) log_full(LOG_DEBUG, 0, __VA_ARGS__))
#define log_info(...)             ((void) log_full(LOG_INFO, 0, __VA_ARGS__))
#define log_notice(...)           ((void) log_full(LOG_NOTICE, 0, __VA_ARGS__))
#define log_warning(...)          ((void) log_full(LOG_WARNING, 0, __VA_ARGS__))
#define log_error(...)            ((void) log_full(LOG_ERR, 0, __VA_ARGS__))

#define log_debug_errno(r, ...)   log_full(LOG_DEBUG, r, __VA_ARGS__)
#define log_warning_errno(r, ...) log_full(LOG_WARNING, r, __VA_ARGS__)
#define log_error_errno(r, ...)   log_full(LOG_ERR, r, __VA_ARGS__)

/* "MESSAGE: what the library knew"; returns r. */
int log_error_cause(int r, const Error *e, const char *format, ...) _printf_(3, 4);
int log_warning_cause(int r, const Error *e, const char *format, ...) _printf_(3, 4);

static inline int log_oom(void) {
        return log_error_errno(-ENOMEM, "Out of memory");
}
