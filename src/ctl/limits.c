/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/limits.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/table.h"
#include "ctl/show-reports.h"

/* -- as an object ------------------------------------------------------------------------------ */

static int add_words(json_object *o, const char *key, char *const *words) {
        json_object *array = json_object_new_array();
        int r;

        r = json_add(o, key, array);
        if (r < 0)
                return r;
        STRV_FOREACH(s, words) {
                json_object *word = json_object_new_string(*s);

                if (!word || json_object_array_add(array, word) < 0) {
                        (void) json_object_put(word);
                        return -ENOMEM;
                }
        }
        return 0;
}

/* Those of its own, with their size, or their options if these name none in bytes. */
static int add_folders(json_object *o, const UnitLimits *l) {
        json_object *folders = json_object_new_object();
        int r;

        r = json_add(o, "folders", folders);
        if (r < 0)
                return r;
        for (size_t i = 0; l->folders && l->folders[i]; i += 2) {
                const char *path = l->folders[i], *options = l->folders[i + 1];
                uint64_t size = UINT64_MAX;

                r = tmpfs_size(options, &size) > 0 ? json_add_uint(folders, path, size)
                                                   : json_add_string(folders, path, options);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The names of those limits that are set, but for which the kernel has no means here. */
static int add_not_enforced(json_object *o, const UnitDetails *u) {
        _cleanup_(strv_freep) char **names = NULL;
        const UnitLimits *l = &u->limits;
        const struct {
                const char *name;
                bool set;
                unsigned needs;
        } limits[] = {
                { "tasks", l->tasks != UINT64_MAX, CGROUP_TASKS },
                { "memory", l->memory != UINT64_MAX, CGROUP_MEMORY },
                { "memory_high", l->memory_high != UINT64_MAX, CGROUP_MEMORY_HIGH },
                { "swap", l->swap != UINT64_MAX, CGROUP_SWAP },
                { "cpu_percent", l->cpu_usec != UINT64_MAX, CGROUP_CPU },
                { "addresses_denied", l->denied, CGROUP_ADDRESSES },
        };

        for (size_t i = 0; i < ELEMENTSOF(limits); i++)
                if (limits[i].set && (limits[i].needs & u->not_enforced) &&
                    strv_extend(&names, limits[i].name) < 0)
                        return -ENOMEM;
        return add_words(o, "not_enforced", names);
}

static int add_amounts_of(json_object *o, const UnitLimits *l) {
        uint64_t cpu = l->cpu_usec == UINT64_MAX ? UINT64_MAX : l->cpu_usec * 100 / USEC_PER_SEC;
        const struct {
                const char *key;
                uint64_t value;
        } amounts[] = {
                { "tasks", l->tasks }, { "memory", l->memory }, { "memory_high", l->memory_high },
                { "swap", l->swap },   { "cpu_percent", cpu },  { "files", l->files },
        };

        for (size_t i = 0; i < ELEMENTSOF(amounts); i++)
                if (json_add_amount(o, amounts[i].key, amounts[i].value) < 0)
                        return -ENOMEM;
        if (json_add_uint(o, "tasks_refused", l->events.tasks_refused) < 0)
                return -ENOMEM;
        return json_add_uint(o, "memory_kills", l->events.memory_kills);
}

int limits_add(json_object *o, const UnitDetails *u, uint64_t runtime_size) {
        const UnitLimits *l = &u->limits;
        json_object *limits;

        if (!u->has_limits)
                return u->facts.state ? 0 : json_add_null(o, "limits");
        limits = json_object_new_object();
        if (json_add(o, "limits", limits) < 0 || add_amounts_of(limits, l) < 0 ||
            add_folders(limits, l) < 0 || json_add_amount(limits, "runtime", runtime_size) < 0 ||
            json_add_bool(limits, "io_uring", l->io_uring) < 0 ||
            add_words(limits, "addresses_denied", l->denied) < 0 ||
            add_words(limits, "addresses_allowed", l->allowed) < 0)
                return -ENOMEM;
        return add_not_enforced(limits, u);
}

/* -- as a panel -------------------------------------------------------------------------------- */

/* Takes `text`, NULL if it could not be made; then there is just less to show. */
static void add_line(json_object *panel, const char *title, char *text) {
        (void) json_add_string(panel, title, text);
        free(text);
}

static bool is_not_enforced(json_object *limits, const char *key) {
        json_object *not_enforced = json_get(limits, "not_enforced");

        for (size_t i = 0; not_enforced && i < json_object_array_length(not_enforced); i++)
                if (streq_ptr(json_string(json_object_array_get_idx(not_enforced, i)), key))
                        return true;
        return false;
}

static char *amount_text(json_object *value, CellFormat format, const char *after) {
        char buffer[64], *text;

        if (strdupf(&text, "%s%s", cell_text(value, format, buffer, sizeof(buffer)), after) < 0)
                return NULL;
        return text;
}

static void add_amounts(json_object *panel, json_object *limits) {
        static const struct {
                const char *key, *title;
                CellFormat format;
                const char *none; /* NULL: no line */
        } amounts[] = {
                { "tasks", "tasks", CELL_NUMBER, "unlimited" },
                { "memory", "memory", CELL_BYTES, "unlimited" },
                { "memory_high", "memory, throttled above", CELL_BYTES, NULL },
                { "swap", "swap", CELL_BYTES, NULL },
                { "cpu_percent", "CPU, of one processor", CELL_PERCENT, NULL },
                { "files", "open files of a process", CELL_NUMBER, "unlimited" },
        };

        for (size_t i = 0; i < ELEMENTSOF(amounts); i++) {
                json_object *value = json_get(limits, amounts[i].key);
                const char *after =
                        is_not_enforced(limits, amounts[i].key)
                                ? ", not enforced: its control group lacks the controller"
                                : "";

                if (value)
                        add_line(panel, amounts[i].title,
                                 amount_text(value, amounts[i].format, after));
                else if (amounts[i].none)
                        (void) json_add_string(panel, amounts[i].title, amounts[i].none);
        }
}

/* What came of them since the unit was started. */
static void add_events(json_object *panel, json_object *limits) {
        int64_t refused = json_get_int(limits, "tasks_refused", 0),
                kills = json_get_int(limits, "memory_kills", 0);
        char *text;

        if (refused > 0 && strdupf(&text, "%" PRId64 " times (task limit)", refused) >= 0)
                add_line(panel, "refused to start a process or thread", text);
        if (kills > 0 && strdupf(&text, "%" PRId64 " (memory limit)", kills) >= 0)
                add_line(panel, "processes killed", text);
}

static void add_folder_lines(json_object *panel, json_object *limits) {
        static const char *const shared[] = { "/dev/shm", "/run/lock" };
        json_object *folders = json_get(limits, "folders"), *runtime = json_get(limits, "runtime");

        for (size_t i = 0; i < ELEMENTSOF(shared); i++)
                if (!json_get(folders, shared[i]))
                        (void) json_add_string(panel, shared[i], "the system's own");
        json_object_object_foreach(folders, path, size) {
                CellFormat format = json_string(size) ? CELL_TEXT : CELL_BYTES;

                add_line(panel, path, amount_text(size, format, ""));
        }
        if (runtime)
                add_line(panel, "runtime folders",
                         amount_text(runtime, CELL_BYTES, ", of all modules together"));
        else
                (void) json_add_string(
                        panel, "runtime folders",
                        "on /run, until all modules are stopped, or at the next boot");
}

static void add_addresses(json_object *panel, json_object *limits, const char *key,
                          const char *title) {
        json_object *addresses = json_get(limits, key);
        _cleanup_(strv_freep) char **words = NULL;
        _cleanup_(freep) char *joined = NULL;
        size_t n = addresses ? json_object_array_length(addresses) : 0;

        for (size_t i = 0; i < n; i++)
                if (strv_extend(&words, json_string(json_object_array_get_idx(addresses, i))) < 0)
                        return;
        if (is_not_enforced(limits, key) &&
            strv_extend(&words, "(not enforced: only the system's manager can, with cgroup v2)") <
                    0)
                return;
        joined = strv_join(words, " ");
        if (joined && n > 0)
                (void) json_add_string(panel, title, joined);
}

void limits_print(json_object *limits) {
        _cleanup_(json_object_putp) json_object *panel = json_object_new_object();

        if (!panel)
                return;
        if (!limits) {
                printf("\nLimits: its unit is not loaded; they are known once it was started.\n");
                return;
        }
        add_amounts(panel, limits);
        add_events(panel, limits);
        add_folder_lines(panel, limits);
        (void) json_add_string(panel, "io_uring",
                               json_get_bool(limits, "io_uring", true) ? "allowed" : "denied");
        add_addresses(panel, limits, "addresses_denied", "denied addresses");
        add_addresses(panel, limits, "addresses_allowed", "allowed addresses");
        show_panel("Limits", panel);
}
