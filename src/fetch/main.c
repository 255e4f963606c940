/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pm2-fetch: a package spec becomes a verified tree in a staging folder. It runs in a sandboxed
 * unit of its own; in mode "versions" it only asks which versions there are; in mode "scripts", in
 * another unit, without network and under another user, it runs the packages' install scripts. In
 * modes "pack" and "publish" it is a child of pm2ctl with the caller's own rights, since it works
 * on the caller's own files, and reads its request from standard input. */

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/env.h"
#include "basic/log.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "fetch/available-versions.h"
#include "fetch/fetch-tree.h"
#include "fetch/install-scripts.h"
#include "fetch/package-pack.h"
#include "fetch/package-publish.h"
#include "fetch/private-network.h"

static int run_fetch(const Request *request, const char *home, Error *e, json_object **ret) {
        return fetch_tree(request, e, ret);
}

static int run_versions(const Request *request, const char *home, Error *e, json_object **ret) {
        return available_versions(request, e, ret);
}

/* For the units of a user's manager, which cannot have PrivateNetwork=. */
static int leave_network(json_object *answer, Error *e) {
        json_object *notices;
        int r;

        r = private_network_enter();
        if (r < 0)
                return error_set(e, r, "cannot enter a private network: %s", strerror(-r));
        if (r > 0)
                return 0;
        notices = json_object_new_array();
        if (notices && json_object_array_add(
                               notices, json_object_new_string(
                                                "Install scripts can reach the network: the "
                                                "kernel does not allow users to create a private "
                                                "one")) < 0)
                json_object_putp(&notices);
        return json_add(answer, "notices", notices);
}

static int run_scripts(const Request *request, const char *home, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r;

        if (!o)
                return -ENOMEM;
        if (request->isolate) {
                r = leave_network(o, e);
                if (r < 0)
                        return r;
        }
        r = install_scripts_run(request->tree, home, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

static const struct {
        const char *name;
        /* in a unit, with a credential and a folder of its own for HOME; or as a child of pm2ctl */
        int (*run_unit)(const Request *request, const char *home, Error *e, json_object **ret);
        int (*run_child)(Error *e, json_object **ret);
} modes[] = {
        { "fetch", .run_unit = run_fetch },          { "versions", .run_unit = run_versions },
        { "scripts", .run_unit = run_scripts },      { "pack", .run_child = package_pack },
        { "publish", .run_child = package_publish },
};

static int run_mode(size_t mode, Error *e, json_object **ret) {
        _cleanup_(request_done) Request request = {};
        char home[] = "/tmp/pm2-fetch.XXXXXX";
        int r;

        if (modes[mode].run_child)
                return modes[mode].run_child(e, ret);
        r = request_read(e, &request);
        if (r < 0)
                return r;
        if (!mkdtemp(home))
                return error_set(e, -errno, "cannot create a directory in /tmp: %s",
                                 strerror(errno));
        r = modes[mode].run_unit(&request, home, e, ret);
        (void) remove_tree_at(AT_FDCWD, home);
        return r;
}

/* The result, or the clause that says why there is none. Either is an answer, so the exit status is
 * 0. */
static int write_answer(int r, const Error *e, json_object *result) {
        _cleanup_(json_object_putp) json_object *failure = NULL;

        if (r < 0) {
                failure = json_object_new_object();
                if (!failure || json_add_string(failure, "error", error_text(e, r)) < 0)
                        return log_oom();
                result = failure;
        }
        if (puts(json_text(result)) < 0 || fflush(stdout) != 0)
                return log_error_errno(-errno, "Failed to write the answer: %m");
        return 0;
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

        r = run_mode(mode, &e, &result);
        return write_answer(r, &e, result) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
