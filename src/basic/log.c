/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"

#include <stdarg.h>
#include <sys/stat.h>

#include "basic/address-mask.h"
#include "basic/string-util.h"

static const char *log_name = "pm2ctl";
static int log_max_level = LOG_INFO;
static bool log_to_journal = false;

/* $JOURNAL_STREAM is inherited by what redirects its output, so it names device and inode. */
static bool is_journal(int fd) {
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;

        return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(fd, &st) >= 0 &&
               st.st_dev == device && st.st_ino == inode;
}

void log_setup(const char *name) {
        const char *level = getenv("PM2CTL_LOG_LEVEL");

        log_name = name;
        log_to_journal = is_journal(STDERR_FILENO);
        if (level && level[0] >= '0' && level[0] <= '7' && !level[1])
                log_max_level = level[0] - '0';
}

void log_set_max_level(int level) {
        log_max_level = level;
}

int log_get_max_level(void) {
        return log_max_level;
}

static void log_write(int level, const char *message) {
        _cleanup_(freep) char *masked = mask_addresses(message), *escaped = NULL;

        if (masked)
                escaped = escape_control(masked, /* keep_newlines= */ !log_to_journal);

        if (!escaped)
                return;
        if (log_to_journal)
                (void) fprintf(stderr, "<%d>%s\n", level, escaped);
        else
                (void) fprintf(stderr, "%s: %s\n", log_name, escaped);
}

_printf_(3, 0) static int log_fullv(int level, int r, const char *format, va_list ap) {
        _cleanup_(freep) char *message = NULL;

        if (level > log_max_level)
                return r;

        errno = r < 0 ? -r : r;
        if (vasprintf(&message, format, ap) < 0) {
                message = NULL;
                log_write(level, "Out of memory");
        } else
                log_write(level, message);
        return r;
}

int log_full(int level, int r, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        r = log_fullv(level, r, format, ap);
        va_end(ap);
        return r;
}

_printf_(4, 0) static int log_causev(int level, int r, const Error *e, const char *format,
                                     va_list ap) {
        _cleanup_(freep) char *what = NULL;

        if (vasprintf(&what, format, ap) < 0) {
                what = NULL;
                return log_oom();
        }
        return log_full(level, r, "%s: %s", what, error_text(e, r));
}

int log_error_cause(int r, const Error *e, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        r = log_causev(LOG_ERR, r, e, format, ap);
        va_end(ap);
        return r;
}

int log_warning_cause(int r, const Error *e, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        r = log_causev(LOG_WARNING, r, e, format, ap);
        va_end(ap);
        return r;
}
