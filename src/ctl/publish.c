/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/package-child.h"

static int run_publish(const void *args, char **words) {
        const Arguments *arg = args;
        _cleanup_(json_object_putp) json_object *request = NULL, *answer = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = package_request(arg, words[0], &e, &request);
        if (r >= 0)
                r = json_add_string(request, "tag", arg->tag);
        if (r >= 0)
                r = json_add_string(request, "access", arg->access);
        if (r >= 0)
                r = json_add_string(request, "otp", arg->otp);
        if (r >= 0)
                r = json_add_bool(request, "dry_run", arg->dry_run);
        if (r >= 0)
                r = package_child("publish", request, &e, &answer);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot publish '%s'", words[0] ?: ".");

        r = package_print(arg, answer);
        if (r >= 0 && arg->json == JSON_OFF)
                /* what a dry run would do is all it is for */
                (void) log_full(arg->dry_run ? LOG_WARNING : LOG_INFO, 0, "%s %s@%s at %s as '%s'.",
                                arg->dry_run ? "Would publish" : "Published",
                                json_get_string(answer, "name"), json_get_string(answer, "version"),
                                json_get_string(answer, "registry"),
                                json_get_string(answer, "tag"));
        return r;
}

const Verb verb_publish = {
        "publish", " module:publish ", "[FOLDER]", "Put a module on the registry of .npmrc", 0,
        1,         run_publish,
};
