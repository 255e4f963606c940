/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `jlist`: the modules in the shape that PM2's has, for scripts that read it. */

#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/details.h"
#include "ctl/select.h"

/* PM2's word for what systemd calls so. */
static const char *pm2_status(const char *active, const char *sub) {
        static const struct {
                const char *active, *status;
        } table[] = {
                { "active", "online" },
                { "activating", "launching" },
                { "deactivating", "stopping" },
                { "failed", "errored" },
        };

        if (streq_ptr(sub, "auto-restart"))
                return "waiting restart";
        if (streq_ptr(sub, "exited"))
                return "stopped";
        for (size_t i = 0; active && i < ELEMENTSOF(table); i++)
                if (streq(table[i].active, active))
                        return table[i].status;
        return "stopped";
}

/* A reference to a member, or an empty object or array where there is none, since PM2's are never
 * null. */
static json_object *member_or_empty(json_object *details, const char *key,
                                    json_object *(*empty)(void) ) {
        json_object *value = json_get(details, key);

        return value ? json_object_get(value) : empty();
}

typedef struct Copied {
        const char *from, *to;
} Copied;

static int copy_members(json_object *env, json_object *o, const Copied *members, size_t n) {
        for (size_t i = 0; i < n; i++) {
                json_object *value = json_get(o, members[i].from);

                if (value && json_add(env, members[i].to, json_object_get(value)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int fill_env(json_object *env, json_object *module, json_object *unit) {
        static const Copied of_module[] = {
                { "name", "name" },     { "version", "version" }, { "pm_id", "pm_id" },
                { "folder", "pm_cwd" }, { "args", "args" },
        };
        static const Copied of_unit[] = {
                { "restarts", "restart_time" },      { "unit", "systemd_unit" },
                { "instance", "NODE_APP_INSTANCE" }, { "user", "username" },
                { "uptime", "uptime_usec" },
        };
        const char *status = pm2_status(json_get_string(unit, "active"),
                                        json_get_string(unit, "sub"));

        if (copy_members(env, module, of_module, ELEMENTSOF(of_module)) < 0 ||
            copy_members(env, unit, of_unit, ELEMENTSOF(of_unit)) < 0 ||
            json_add_bool(env, "pmx_module", true) < 0 ||
            json_add_string(env, "namespace", "default") < 0 ||
            json_add_string(env, "exec_mode", "fork_mode") < 0 ||
            json_add_string(env, "status", status) < 0 ||
            json_add(env, "axm_options", member_or_empty(unit, "options", json_object_new_object)) <
                    0 ||
            json_add(env, "axm_actions", member_or_empty(unit, "actions", json_object_new_array)) <
                    0 ||
            json_add(env, "axm_monitor", member_or_empty(unit, "monitor", json_object_new_object)) <
                    0)
                return -ENOMEM;
        return 0;
}

/* A share of one processor since the module was started, in percent, as PM2 counts. */
static json_object *cpu_percent(json_object *unit) {
        double uptime = (double) json_get_int(unit, "uptime", 0);
        double cpu = (double) json_get_int(unit, "cpu", 0);
        char text[32];

        (void) snprintf(text, sizeof(text), "%.1f", uptime > 0 ? 100 * cpu / uptime : 0.0);
        return json_object_new_double_s(strtod(text, NULL), text);
}

/* One unit, as PM2 lists each process. */
static int make_entry(json_object *module, json_object *unit, json_object **ret) {
        _cleanup_(json_object_putp) json_object *entry = json_object_new_object();
        json_object *monit = json_object_new_object(), *env = json_object_new_object();

        /* the entry owns both from here on */
        if (!entry || json_add(entry, "monit", monit) < 0 || json_add(entry, "pm2_env", env) < 0)
                return -ENOMEM;
        if (json_add_string(entry, "name", json_get_string(module, "name")) < 0 ||
            json_add_uint(entry, "pid", (uint64_t) json_get_int(unit, "pid", 0)) < 0 ||
            json_add_uint(entry, "pm_id", (uint64_t) json_get_int(module, "pm_id", 0)) < 0 ||
            json_add_uint(monit, "memory", (uint64_t) json_get_int(unit, "memory", 0)) < 0 ||
            json_add(monit, "cpu", cpu_percent(unit)) < 0 || fill_env(env, module, unit) < 0)
                return -ENOMEM;
        *ret = TAKE_PTR(entry);
        return 0;
}

static int add_entries(Context *c, const char *name, json_object *list) {
        _cleanup_(json_object_putp) json_object *module = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        json_object *units;
        int r;

        r = details_collect(c, name, &e, &module);
        if (r < 0 && !module)
                return log_warning_cause(r, &e, "Leaving '%s' out", name);
        if (r < 0)
                (void) log_warning_cause(r, &e, "Not all is known of '%s'", name);
        units = json_get(module, "apps");
        for (size_t i = 0; i < json_object_array_length(units); i++) {
                json_object *entry = NULL;

                if (make_entry(module, json_object_array_get_idx(units, i), &entry) < 0 ||
                    json_object_array_add(list, entry) < 0)
                        return log_oom();
        }
        return 0;
}

static int run_jlist(const void *args, char **words) {
        static char *const everything[] = { (char *) "all", NULL };
        _cleanup_(json_object_putp) json_object *list = json_object_new_array();
        _cleanup_(strv_freep) char **names = NULL;
        Context c;
        int r, result;

        if (!list)
                return log_oom();
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        result = select_modules(&c, everything, /* results= */ NULL, &names);
        STRV_FOREACH(name, names) {
                r = add_entries(&c, *name, list);
                if (r < 0)
                        result = r;
        }
        r = json_print(list, c.arg->json == JSON_OFF ? JSON_SHORT : c.arg->json);
        if (r < 0)
                result = log_error_errno(r, "Failed to print: %m");
        context_done(&c);
        return result;
}

const Verb verb_jlist = { "jlist", " prettylist ", NULL, "List modules as PM2's jlist does", 0,
                          0,       run_jlist };
