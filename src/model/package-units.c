/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/package-units.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "model/package.h"

/* Digits are for the apps that have no name of their own. */
static bool is_number(const char *s) {
        return strspn(s, "0123456789") == strlen(s);
}

static bool is_taken(const Package *p, size_t app) {
        for (size_t i = 0; i < app; i++)
                if (streq_ptr(p->apps[i].name, p->apps[app].name))
                        return true;
        return false;
}

bool package_app_is_named(const Package *p, size_t app) {
        const char *name = p->apps[app].name;

        assert(app < p->n_apps);

        return name && app_name_is_valid(name) && !is_number(name) && !is_taken(p, app);
}

static int app_part(const Package *p, size_t app, char **ret) {
        return package_app_is_named(p, app) ? strdupf(ret, "%s", p->apps[app].name)
                                            : strdupf(ret, "%zu", app);
}

int package_first_app(const Package *p, char **ret) {
        if (p->n_apps > 1 || (p->n_apps == 1 && app_count_instances(p->apps) > 1))
                return app_part(p, 0, ret);
        *ret = NULL;
        return 0;
}

int package_unit_name(const Package *p, const char *module, AppInstance instance, char **ret) {
        _cleanup_(freep) char *part = NULL;
        int r;

        assert(instance.app < p->n_apps);

        if (instance.app > 0 || instance.number > 0) {
                r = app_part(p, instance.app, &part);
                if (r < 0)
                        return r;
        }
        return module_unit_name(module, part, instance.number, ret);
}

int package_unit_names(const Package *p, const char *module, size_t app, char ***ret) {
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        assert(app == APPS_ALL || app < p->n_apps);
        assert(ret);

        for (size_t i = 0; i < p->n_apps; i++) {
                unsigned n = app == APPS_ALL || app == i ? app_count_instances(p->apps + i) : 0;

                for (unsigned k = 0; k < n; k++) {
                        char *name;

                        r = package_unit_name(p, module, (AppInstance) { i, k }, &name);
                        if (r < 0)
                                return r;
                        r = strv_consume(&names, name);
                        if (r < 0)
                                return r;
                }
        }
        *ret = TAKE_PTR(names);
        return 0;
}

int package_find_unit(const Package *p, const char *app, unsigned instance, AppInstance *ret) {
        if (!app) {
                *ret = (AppInstance) {};
                return 1;
        }
        for (size_t i = 0; i < p->n_apps; i++) {
                _cleanup_(freep) char *part = NULL;
                int r;

                /* the first app has a part only behind its first instance */
                if (i == 0 && instance == 0)
                        continue;
                r = app_part(p, i, &part);
                if (r < 0)
                        return r;
                if (streq(part, app)) {
                        *ret = (AppInstance) { i, instance };
                        return 1;
                }
        }
        return 0;
}

bool package_autostarts(const Package *p, const char *unit) {
        _cleanup_(freep) char *name = NULL, *app = NULL;
        AppInstance which;
        unsigned instance;

        assert(p);
        assert(unit);

        return module_from_unit_name(unit, &name, &app, &instance) < 0 ||
               package_find_unit(p, app, instance, &which) <= 0 || p->apps[which.app].autostart;
}
