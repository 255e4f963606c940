/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/scope.h"

#include <pwd.h>

#include "basic/path.h"

#define SUBFOLDER "pm2ctl"

const char *scope_kind_to_string(ScopeKind kind) {
        return kind == SCOPE_SYSTEM ? "system" : "user";
}

const char *scope_strerror(ScopeKind kind, int r) {
        if ((r == -EACCES || r == -EPERM) && kind == SCOPE_SYSTEM && geteuid() != 0)
                return "Permission denied; the system's modules are root's: use sudo, or --user "
                       "for your own";
        return strerror(-r);
}

static const char *home_folder(void) {
        const char *home = getenv("HOME");
        struct passwd *pw;

        if (home && home[0] == '/')
                return home;
        pw = getpwuid(geteuid());
        return pw && pw->pw_dir[0] == '/' ? pw->pw_dir : NULL;
}

/* $VARIABLE/SUBFOLDER/tail, or HOME/otherwise/SUBFOLDER/tail */
static int xdg_folder(const char *variable, const char *home, const char *otherwise,
                      const char *tail, char **ret) {
        const char *base = getenv(variable);
        int n;

        if (base && base[0] == '/')
                n = asprintf(ret, "%s/" SUBFOLDER "%s", base, tail);
        else
                n = asprintf(ret, "%s/%s/" SUBFOLDER "%s", home, otherwise, tail);
        return n < 0 ? -ENOMEM : 0;
}

static int init_user(Error *e, Scope *s) {
        const char *home = home_folder(), *runtime = getenv("XDG_RUNTIME_DIR");
        int r, n;

        if (!home)
                return error_set(e, -EINVAL, "no home folder: set HOME to an absolute path");

        r = xdg_folder("XDG_CONFIG_HOME", home, ".config", "", &s->config);
        if (r >= 0)
                r = xdg_folder("XDG_STATE_HOME", home, ".local/state", "", &s->state);
        if (r >= 0)
                r = xdg_folder("XDG_STATE_HOME", home, ".local/state", "/data", &s->data);
        if (r >= 0)
                r = xdg_folder("XDG_CACHE_HOME", home, ".cache", "", &s->cache);
        if (r < 0)
                return r;

        if (runtime && runtime[0] == '/')
                n = asprintf(&s->runtime, "%s/" SUBFOLDER, runtime);
        else
                n = asprintf(&s->runtime, "/run/user/%u/" SUBFOLDER, (unsigned) geteuid());
        return n < 0 ? -ENOMEM : 0;
}

static int init_system(Scope *s) {
        s->config = path_join(SYSCONFDIR, SUBFOLDER);
        s->state = strdup(SYSTEM_STATE "/" SUBFOLDER);
        s->data = strdup(SYSTEM_STATE "/" SUBFOLDER "-data");
        s->cache = strdup("/var/cache/" SUBFOLDER);
        s->runtime = strdup("/run/" SUBFOLDER);
        return s->config && s->state && s->data && s->cache && s->runtime ? 0 : -ENOMEM;
}

int scope_init(ScopeKind kind, Error *e, Scope *ret) {
        Scope s = { .kind = kind };
        int r;

        r = kind == SCOPE_SYSTEM ? init_system(&s) : init_user(e, &s);
        if (r < 0) {
                scope_done(&s);
                return r;
        }
        *ret = s;
        return 0;
}

int scope_private_folder(const Scope *s, const char *folder, char **ret) {
        *ret = NULL;
        if (s->kind != SCOPE_SYSTEM)
                return 0;
        if (asprintf(ret, SYSTEM_STATE "/private/%s", path_basename(folder)) >= 0)
                return 0;
        *ret = NULL;
        return -ENOMEM;
}

void scope_done(Scope *s) {
        free(s->config);
        free(s->state);
        free(s->cache);
        free(s->data);
        free(s->runtime);
        *s = (Scope){ .kind = s->kind };
}
