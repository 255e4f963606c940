/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/error.h"

#include <stdarg.h>

int error_set(Error *e, int r, const char *format, ...) {
        va_list ap;

        if (!e || e->message)
                return r;

        va_start(ap, format);
        if (vasprintf(&e->message, format, ap) < 0)
                e->message = NULL;
        va_end(ap);
        return r;
}

int error_prefix(Error *e, int r, const char *format, ...) {
        _cleanup_(freep) char *where = NULL;
        char *joined;
        va_list ap;
        int n;

        if (!e)
                return r;

        va_start(ap, format);
        n = vasprintf(&where, format, ap);
        va_end(ap);
        if (n < 0) {
                where = NULL;
                return r;
        }

        if (asprintf(&joined, "%s: %s", where, error_text(e, r)) < 0)
                return r;

        free(e->message);
        e->message = joined;
        return r;
}

const char *error_text(const Error *e, int r) {
        if (e && e->message)
                return e->message;
        /* by whoever pressed Ctrl-C, to whom "system call" says nothing */
        return r == -EINTR ? "it was interrupted" : strerror(r < 0 ? -r : r);
}

void error_clear(Error *e) {
        free(e->message);
        e->message = NULL;
}
