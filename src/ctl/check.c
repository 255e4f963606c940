/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "basic/log.h"
#include "basic/string-util.h"
#include "ctl/ctl.h"
#include "module/finding.h"
#include "module/package-check.h"

/* How many errors they are. */
static int findings_print(const Arguments *arg, json_object *findings) {
        int r, errors = 0;

        for (size_t i = 0; i < json_object_array_length(findings); i++) {
                json_object *o = json_object_array_get_idx(findings, i);
                const char *level = json_get_string(o, "level"),
                           *field = json_get_string(o, "field");
                _cleanup_(freep) char *problem = escape_control(json_get_string(o, "problem"),
                                                                /* keep_newlines= */ false),
                                      *shown = escape_control(field ?: "", false);

                errors += streq(level, finding_level_to_string(FINDING_ERROR));
                if (arg->json == JSON_OFF)
                        printf("%s: package.json%s%s%s: %s; %s\n", level, field ? ", field '" : "",
                               shown ?: "", field ? "'" : "", problem ?: "",
                               json_get_string(o, "remedy"));
        }
        r = arg->json != JSON_OFF ? json_print(findings, arg->json) : output_flush();
        return r < 0 ? log_error_errno(r, "Failed to print: %m") : errors;
}

static int run_check(const void *args, char **words) {
        _cleanup_(json_object_putp) json_object *findings = json_object_new_array();
        const char *folder = words[0] ?: ".";
        _cleanup_(closep) int fd = -EBADF;
        const Arguments *arg = args;
        Context c;
        int r;

        if (!findings)
                return log_oom();
        if (context_open(arg, &c) < 0)
                return EXIT_USAGE;
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        r = fd < 0 ? -errno : package_check(fd, c.modules.scope.kind, findings);
        context_done(&c);
        if (r < 0)
                return log_error_errno(r, "Failed to check '%s': %m", folder);
        r = findings_print(arg, findings);
        if (r != 0)
                return r < 0 ? r : EXIT_FAILURE;
        if (arg->json == JSON_OFF)
                log_info("%s can be installed as a module.", streq(folder, ".") ? "This" : folder);
        return 0;
}

const Verb verb_check = {
        "check", NULL, "[DIRECTORY]", "Check whether a directory can be installed as a module",
        0,       1,    run_check,
};
