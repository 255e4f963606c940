/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/notes.h"
#include "ctl/package-print.h"
#include "module/package-child.h"

static int run_publish(const void *args, char **words) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        const Arguments *arg = args;
        Context c = { .arg = arg };
        int r;

        r = package_publish(
                &(PackageRequest) {
                        .folder = words[0],
                        .ignore_scripts = arg->ignore_scripts,
                        .tag = arg->tag,
                        .access = arg->access,
                        .otp = arg->otp,
                        .dry_run = arg->dry_run,
                        .note = note_print,
                        .userdata = &c,
                },
                &e, &answer);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to publish '%s'", words[0] ?: ".");

        r = package_print(arg, answer);
        if (r < 0 || arg->json != JSON_OFF)
                return r;
        /* what a dry run would do is all it is for */
        (void) log_full(arg->dry_run ? LOG_WARNING : LOG_INFO, 0, "%s %s@%s at %s as '%s'.",
                        arg->dry_run ? "Would publish" : "Published",
                        json_get_string(answer, "name"), json_get_string(answer, "version"),
                        json_get_string(answer, "registry"), json_get_string(answer, "tag"));
        return 0;
}

const Verb verb_publish = {
        "publish",
        " module:publish ",
        "[DIRECTORY]",
        "Publish a module to the registry of .npmrc",
        0,
        1,
        run_publish,
};
