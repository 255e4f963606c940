/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/scope.h"

#include <pwd.h>

#include "basic/path.h"
#include "basic/string-util.h"

#define SUBFOLDER "pm2ctl"

const char *scope_kind_to_string(ScopeKind kind) {
        return kind == SCOPE_SYSTEM ? "system" : "user";
}

const char *scope_strerror(ScopeKind kind, int r) {
        if ((r == -EACCES || r == -EPERM) && kind == SCOPE_SYSTEM && geteuid() != 0)
                return "Permission denied; only root manages the system's modules: use sudo, or "
                       "--user for your own";
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

typedef struct XdgFolder {
        const char *variable, *otherwise; /* without the variable, below HOME */
        const char *tail;
        size_t offset; /* in Scope */
} XdgFolder;

static const XdgFolder xdg_folders[] = {
        { "XDG_CONFIG_HOME", ".config", "", offsetof(Scope, config) },
        { "XDG_STATE_HOME", ".local/state", "", offsetof(Scope, state) },
        { "XDG_STATE_HOME", ".local/state", "/data", offsetof(Scope, data) },
        { "XDG_CACHE_HOME", ".cache", "", offsetof(Scope, cache) },
};

static int set_xdg_folder(const XdgFolder *x, const char *home, Scope *s) {
        char **path = (char **) ((char *) s + x->offset);
        const char *base = getenv(x->variable);

        if (base && base[0] == '/')
                return strdupf(path, "%s/" SUBFOLDER "%s", base, x->tail);
        return strdupf(path, "%s/%s/" SUBFOLDER "%s", home, x->otherwise, x->tail);
}

static int init_user(Error *e, Scope *s) {
        const char *home = home_folder(), *runtime = getenv("XDG_RUNTIME_DIR");
        int r;

        if (!home)
                return error_set(e, -EINVAL, "no home directory: set HOME to an absolute path");

        for (size_t i = 0; i < ELEMENTSOF(xdg_folders); i++) {
                r = set_xdg_folder(xdg_folders + i, home, s);
                if (r < 0)
                        return r;
        }
        if (runtime && runtime[0] == '/')
                return strdupf(&s->runtime, "%s/" SUBFOLDER, runtime);
        return strdupf(&s->runtime, "/run/user/%u/" SUBFOLDER, (unsigned) geteuid());
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
        _cleanup_(scope_done) Scope s = { .kind = kind };
        int r;

        r = kind == SCOPE_SYSTEM ? init_system(&s) : init_user(e, &s);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(s);
        return 0;
}

int scope_private_folder(const Scope *s, const char *folder, char **ret) {
        *ret = NULL;
        if (s->kind != SCOPE_SYSTEM)
                return 0;
        return strdupf(ret, SYSTEM_STATE "/private/%s", path_basename(folder));
}

void scope_done(Scope *s) {
        free(s->config);
        free(s->state);
        free(s->cache);
        free(s->data);
        free(s->runtime);
        *s = (Scope) { .kind = s->kind };
}
