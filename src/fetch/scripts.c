/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/scripts.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "fetch/locked-tree.h"
#include "fetch/script-environment.h"

#define PACKAGE_JSON_MAX (1024U * 1024U)
#define GYP_SCRIPT       "node-gyp rebuild"

static const char *const events[] = { "preinstall", "install", "postinstall" };

/* What runs at an event: the package's script, or node-gyp for what has a binding.gyp and says
 * nothing about it. NULL for nothing. */
static const char *script_of(json_object *package, const char *event, bool gyp) {
        json_object *scripts = json_get(package, "scripts");
        const char *script = json_get_string(scripts, event);

        if (!isempty(script))
                return script;
        if (gyp && streq(event, "install") && isempty(json_get_string(scripts, "preinstall")) &&
            json_get_bool(package, "gypfile", true))
                return GYP_SCRIPT;
        return NULL;
}

/* Shell in the package's folder; both outputs are our standard error. */
static int spawn_shell(const char *script, const char *folder, char *const *env, pid_t *ret) {
        char *const argv[] = { (char *) "sh", (char *) "-c", (char *) script, NULL };
        posix_spawn_file_actions_t actions;
        int r;

        r = -posix_spawn_file_actions_init(&actions);
        if (r < 0)
                return r;
        r = -posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (r == 0)
                r = -posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
        if (r == 0)
                r = -posix_spawn_file_actions_addchdir_np(&actions, folder);
        if (r == 0)
                r = -posix_spawn(ret, "/bin/sh", &actions, NULL, argv, env);
        (void) posix_spawn_file_actions_destroy(&actions);
        return r;
}

/* 0, or -EIO with how it ended. */
static int run_shell(const char *script, const char *folder, char *const *env, Error *e) {
        pid_t pid;
        int r, status;

        r = spawn_shell(script, folder, env, &pid);
        if (r < 0)
                return error_set(e, r, "cannot run a shell: %s", strerror(-r));
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        if (WIFSIGNALED(status))
                return error_set(e, -EIO, "it was ended by signal %d", WTERMSIG(status));
        if (WEXITSTATUS(status) == 127 && strstr(script, "node-gyp"))
                return error_set(e, -EIO,
                                 "it needs node-gyp or another program that is not installed (apt "
                                 "install node-gyp)");
        if (WEXITSTATUS(status) != 0)
                return error_set(e, -EIO, "it ended with status %d", WEXITSTATUS(status));
        return 0;
}

static int read_package(int tree_fd, const char *location, json_object **ret) {
        _cleanup_(freep) char *path = path_join(location, "package.json"), *text = NULL;
        size_t size;
        int r;

        if (!path)
                return -ENOMEM;
        r = read_file_at(tree_fd, path, PACKAGE_JSON_MAX, &text, &size);
        return r < 0 ? r : json_parse(text, size, /* e= */ NULL, ret);
}

static int run_event(LockedTree *t, const LockedPackage *p, const char *event, const char *home,
                     Error *e) {
        _cleanup_(json_object_putp) json_object *package = NULL;
        _cleanup_(freep) char *folder = path_join(t->path, p->location);
        _cleanup_(strv_freep) char **env = NULL;
        const char *script;
        int r;

        if (!folder)
                return -ENOMEM;
        /* An unreadable one has no scripts for npm either. */
        if (read_package(t->fd, p->location, &package) < 0)
                return 0;
        script = script_of(package, event, p->gyp);
        if (!script)
                return 0;
        if (strlen(script) > SCRIPT_LENGTH_MAX)
                return error_set(e, -E2BIG, "%s: its %s script is longer than %d bytes",
                                 p->location, event, SCRIPT_LENGTH_MAX);

        log_notice("> %s %s: %s", p->location, event, script);
        r = script_environment(t->path, p, package, event, script, home, &env);
        if (r >= 0)
                r = run_shell(script, folder, env, e);
        return r < 0 ? error_prefix(e, r, "%s: the %s script failed", p->location, event) : 0;
}

int scripts_run(const char *tree, const char *home, Error *e) {
        _cleanup_(locked_tree_done) LockedTree t = {};
        int r;

        r = locked_tree_read(tree, e, &t);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(events); i++)
                for (size_t k = 0; r >= 0 && k < t.n_packages; k++) {
                        LockedPackage *p = t.packages + k;
                        _cleanup_(error_clear) Error failed = ERROR_NULL;

                        if (p->removed || !(p->scripts || p->gyp))
                                continue;
                        r = run_event(&t, p, events[i], home, &failed);
                        if (r < 0 && p->optional) {
                                log_notice("Left out, since it is optional: %s",
                                           error_text(&failed, r));
                                r = locked_tree_remove(&t, p, e);
                        } else if (r < 0)
                                (void) error_set(e, r, "%s", error_text(&failed, r));
                }
        return r < 0 ? r : locked_tree_write(&t, e);
}
