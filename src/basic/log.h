/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages to standard error: plain on a terminal, with a priority prefix where standard error is
 * the journal. Control characters are escaped and passwords in URLs masked here, in one place,
 * since messages quote foreign text. */

#include <syslog.h>

#include "basic/error.h"

/* `name` is the program's, printed before each message. Reads $JOURNAL_STREAM and $PM2CTL_LOG_LEVEL
 * (0-7). */
void log_setup(const char *name);

/* The least important level that is printed, LOG_INFO by default. */
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

/* "MESSAGE: CLAUSE", with the clause of `e` or the errno's text; returns r. */
int log_error_cause(int r, const Error *e, const char *format, ...) _printf_(3, 4);
int log_warning_cause(int r, const Error *e, const char *format, ...) _printf_(3, 4);

static inline int log_oom(void) {
        return log_error_errno(-ENOMEM, "Out of memory");
}
