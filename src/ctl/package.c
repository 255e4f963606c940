/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/package-child.h"

static int run_package(const void *args, char **words) {
        const Arguments *arg = args;
        _cleanup_(json_object_putp) json_object *request = NULL, *answer = NULL;
        _cleanup_(freep) char *here = getcwd(NULL, 0);
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        if (!here)
                return log_error_errno(-errno, "Cannot tell the current folder: %m");
        r = package_request(arg, words[0], &e, &request);
        if (r >= 0 && !arg->dry_run)
                r = json_add_string(request, "output", here);
        if (r >= 0)
                r = package_child("pack", request, &e, &answer);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot pack '%s'", words[0] ?: ".");

        r = package_print(arg, answer);
        if (r >= 0 && arg->json == JSON_OFF)
                log_info("%s: %s.", arg->dry_run ? "Would be packed" : "Packed",
                         json_get_string(answer, "filename"));
        return r;
}

const Verb verb_package = {
        "package", NULL, "[FOLDER]", "Make a module's tarball, as npm would", 0, 1, run_package,
};
