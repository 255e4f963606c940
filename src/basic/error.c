/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/error.h"

#include <stdarg.h>

#include "basic/address-mask.h"
#include "basic/string-util.h"

/* A clause ends on terminals, in journals and in answers. */
_printf_(1, 0) static char *format_masked(const char *format, va_list ap) {
        _cleanup_(freep) char *text = NULL;

        if (vasprintf(&text, format, ap) < 0) {
                text = NULL;
                return NULL;
        }
        return mask_addresses(text);
}

int error_set(Error *e, int r, const char *format, ...) {
        va_list ap;

        if (!e || e->message)
                return r;

        va_start(ap, format);
        e->message = format_masked(format, ap);
        va_end(ap);
        return r;
}

int error_copy(Error *e, int r, const Error *from) {
        return error_set(e, r, "%s", error_text(from, r));
}

int error_prefix(Error *e, int r, const char *format, ...) {
        _cleanup_(freep) char *where = NULL;
        char *joined;
        va_list ap;

        if (!e)
                return r;

        va_start(ap, format);
        where = format_masked(format, ap);
        va_end(ap);
        if (!where)
                return r;

        if (strdupf(&joined, "%s: %s", where, error_text(e, r)) < 0)
                return r;

        free(e->message);
        e->message = joined;
        return r;
}

const char *error_text(const Error *e, int r) {
        if (e && e->message)
                return e->message;
        /* "Interrupted system call" says nothing to the user who pressed Ctrl-C */
        return r == -EINTR ? "it was interrupted" : strerror(r < 0 ? -r : r);
}

void error_clear(Error *e) {
        if (!e)
                return;
        free(e->message);
        e->message = NULL;
}
