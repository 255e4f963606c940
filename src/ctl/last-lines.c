/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/last-lines.h"

#include "basic/child-process.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "module/journal-tail.h"

static int show_all_lines(const Context *c, const char *unit, uint64_t since_usec) {
        uint64_t since = journal_tail_realtime(since_usec);
        _cleanup_(freep) char *match = NULL, *time = NULL, *lines = NULL;

        if (strdupf(&match, "--%sunit=%s", c->modules.scope.kind == SCOPE_USER ? "user-" : "",
                    unit) < 0 ||
            strdupf(&time, "--since=@%llu.%06llu", (unsigned long long) (since / USEC_PER_SEC),
                    (unsigned long long) (since % USEC_PER_SEC)) < 0 ||
            strdupf(&lines, "--lines=%d", JOURNAL_TAIL_LINES) < 0)
                return -ENOMEM;
        return process_run((char *[]) { (char *) "journalctl", match, time, lines,
                                        (char *) "--no-pager", (char *) "--quiet", NULL },
                           STDERR_FILENO);
}

void last_lines_show(const Context *c, const char *unit, uint64_t since_usec) {
        _cleanup_(strv_freep) char **lines = NULL;

        if (!unit || since_usec == 0)
                return;
        if (journal_tail_read(&c->modules, unit, since_usec, &lines) >= 0 && !lines)
                (void) show_all_lines(c, unit, since_usec);
        STRV_FOREACH(line, lines) {
                _cleanup_(freep) char *harmless = escape_control(*line, /* keep_newlines= */ false);

                fprintf(stderr, "  | %s\n", harmless ?: "");
        }
}
