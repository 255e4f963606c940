/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pm2-fetch: a package spec becomes a verified tree in a staging folder. It runs in a sandboxed
 * unit of its own; in mode "versions" it only asks what there is; in mode "scripts", in another
 * unit, without network and under another user, it runs the packages' install scripts. In modes
 * "pack" and "publish" it is a child of pm2ctl, which handles the caller's own files with the
 * caller's own rights and is asked on standard input. */

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/env.h"
#include "basic/log.h"
#include "basic/remove.h"
#include "basic/string-util.h"
#include "fetch/available-versions.h"
#include "fetch/install-scripts.h"
#include "fetch/install.h"
#include "fetch/package.h"
#include "fetch/private-network.h"

static int run_fetch(const Request *request, const char *folder, Error *e, json_object **ret) {
        return install(request, e, ret);
}

static int run_versions(const Request *request, const char *folder, Error *e, json_object **ret) {
        return available_versions(request, e, ret);
}

/* Where it is not a unit of the system's that has no network to begin with. */
static int leave_network(json_object *answer, Error *e) {
        json_object *notices;
        int r;

        r = private_network_enter();
        if (r < 0)
                return error_set(e, r, "cannot leave the network: %s", strerror(-r));
        if (r > 0)
                return 0;
        notices = json_object_new_array();
        if (notices && json_object_array_add(
                               notices, json_object_new_string(
                                                "The kernel does not let a user take the network "
                                                "away from install scripts, so they have it")) < 0)
                json_object_putp(&notices);
        return json_add(answer, "notices", notices);
}

static int run_scripts(const Request *request, const char *folder, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r = o ? 0 : -ENOMEM;

        if (r >= 0 && request->isolate)
                r = leave_network(o, e);
        if (r >= 0)
                r = install_scripts_run(request->tree, folder, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

static const struct {
        const char *name;
        int (*run)(const Request *request, const char *folder, Error *e, json_object **ret);
} modes[] = {
        { "fetch", run_fetch },     { "versions", run_versions },
        { "scripts", run_scripts }, { "pack", NULL }, /* a child's, see fetch/package.h */
        { "publish", NULL },
};

/* The answer: what was found, or the clause that says why not. Either is an answer, so the exit
 * status is 0. */
static int answer(int r, const Error *e, json_object *result) {
        _cleanup_(json_object_putp) json_object *failure = NULL;

        if (r < 0) {
                failure = json_object_new_object();
                if (!failure || json_add_string(failure, "error", error_text(e, r)) < 0)
                        return log_oom();
                result = failure;
        }
        if (puts(json_text(result)) < 0 || fflush(stdout) != 0)
                return log_error_errno(-errno, "Cannot answer: %m");
        return 0;
}

static int run_unit(size_t mode, Error *e, json_object **ret) {
        char folder[] = "/tmp/pm2-fetch.XXXXXX";
        Request request = {};
        int r;

        r = request_read(e, &request);
        if (r >= 0 && !mkdtemp(folder))
                r = error_set(e, -errno, "cannot make a folder in /tmp: %s", strerror(errno));
        if (r >= 0) {
                r = modes[mode].run(&request, folder, e, ret);
                (void) remove_tree_at(AT_FDCWD, folder);
        }
        request_done(&request);
        return r;
}

int main(int argc, char **argv) {
        _cleanup_(json_object_putp) json_object *result = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        size_t mode = 0;
        int r;

        log_setup("pm2-fetch");
        env_protect(/* not_for_root= */ NULL);
        (void) umask(0022);
        while (argc == 2 && mode < ELEMENTSOF(modes) && !streq(argv[1], modes[mode].name))
                mode++;
        if (argc != 2 || mode == ELEMENTSOF(modes)) {
                log_error("Usage: pm2-fetch fetch|versions|scripts|pack|publish; pm2ctl starts "
                          "this program.");
                return 2;
        }

        r = modes[mode].run ? run_unit(mode, &e, &result) : package_run(argv[1], &e, &result);
        return answer(r, &e, result) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
