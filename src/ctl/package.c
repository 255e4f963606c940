/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/notes.h"
#include "ctl/package-print.h"
#include "module/package-child.h"

static int run_package(const void *args, char **words) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        _cleanup_(freep) char *here = getcwd(NULL, 0);
        _cleanup_(error_clear) Error e = ERROR_NULL;
        const Arguments *arg = args;
        Context c = { .arg = arg };
        int r;

        if (!here)
                return log_error_errno(-errno, "Failed to find the current directory: %m");
        r = package_pack(
                &(PackageRequest) {
                        .folder = words[0],
                        .ignore_scripts = arg->ignore_scripts,
                        .output = arg->dry_run ? NULL : here,
                        .note = note_print,
                        .userdata = &c,
                },
                &e, &answer);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to pack '%s'", words[0] ?: ".");

        r = package_print(arg, answer);
        if (r < 0 || arg->json != JSON_OFF)
                return r;
        log_info("%s: %s.", arg->dry_run ? "Would be packed" : "Packed",
                 json_get_string(answer, "filename"));
        return 0;
}

const Verb verb_package = {
        "package", NULL, "[DIRECTORY]", "Make a module's tarball, as npm does", 0, 1, run_package,
};
