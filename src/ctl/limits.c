/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/limits.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/show-reports.h"
#include "unit/limits.h"

#define RUN "/run"

/* -- as an object ------------------------------------------------------------------------------ */

static int add_amount(json_object *o, const char *key, uint64_t value) {
        if (value != UINT64_MAX)
                return json_add_uint(o, key, value);
        return json_object_object_add(o, key, NULL) < 0 ? -ENOMEM : 0;
}

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

/* The size of the file system that all modules have their runtime folders on; unlimited where that
 * is the system's own. */
static uint64_t runtime_size(const Scope *s) {
        struct stat run, runtime;
        struct statvfs fs;

        if (stat(s->runtime, &runtime) < 0 || stat(RUN, &run) < 0 || run.st_dev == runtime.st_dev ||
            statvfs(s->runtime, &fs) < 0)
                return UINT64_MAX;
        return (uint64_t) fs.f_blocks * fs.f_frsize;
}

/* Those of its own, with their size, or their options if these name none in bytes. */
static int add_folders(Context *c, json_object *o, const UnitLimits *l) {
        json_object *folders = json_object_new_object();
        int r;

        r = json_add(o, "folders", folders);
        for (size_t i = 0; r >= 0 && l->folders && l->folders[i]; i += 2) {
                uint64_t size = UINT64_MAX;

                if (tmpfs_size(l->folders[i + 1], &size) > 0)
                        r = json_add_uint(folders, l->folders[i], size);
                else
                        r = json_add_string(folders, l->folders[i], l->folders[i + 1]);
        }
        return r < 0 ? r : add_amount(o, "runtime", runtime_size(&c->modules.scope));
}

/* The names of those limits that are set, but for which the kernel has no means here. */
static int add_lapsed(Context *c, json_object *o, const UnitLimits *l) {
        _cleanup_(strv_freep) char **lapsed = NULL;
        /* without privileges no filter of packets is attached */
        unsigned lost = ~l->controllers |
                        (c->modules.scope.kind == SCOPE_USER ? CGROUP_ADDRESSES : 0);
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
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(limits); i++)
                if (limits[i].set && (limits[i].needs & lost))
                        r = strv_extend(&lapsed, limits[i].name);
        return r < 0 ? r : add_words(o, "not_enforced", lapsed);
}

static int fill(Context *c, json_object *o, const UnitLimits *l) {
        uint64_t cpu = l->cpu_usec == UINT64_MAX ? UINT64_MAX : l->cpu_usec * 100 / USEC_PER_SEC;
        const struct {
                const char *key;
                uint64_t value;
        } amounts[] = {
                { "tasks", l->tasks }, { "memory", l->memory }, { "memory_high", l->memory_high },
                { "swap", l->swap },   { "cpu_percent", cpu },  { "files", l->files },
        };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(amounts); i++) {
                r = add_amount(o, amounts[i].key, amounts[i].value);
                if (r < 0)
                        return r;
        }
        r = json_add_uint(o, "tasks_refused", l->events.tasks_refused);
        if (r < 0)
                return r;
        r = json_add_uint(o, "memory_kills", l->events.memory_kills);
        if (r < 0)
                return r;
        r = add_folders(c, o, l);
        if (r < 0)
                return r;
        r = json_add_bool(o, "io_uring", l->io_uring);
        if (r < 0)
                return r;
        r = add_words(o, "addresses_denied", l->denied);
        if (r < 0)
                return r;
        r = add_words(o, "addresses_allowed", l->allowed);
        return r < 0 ? r : add_lapsed(c, o, l);
}

int limits_add(Context *c, json_object *o, const UnitState *state, Error *e) {
        _cleanup_(json_object_putp) json_object *limits = NULL;
        _cleanup_(unit_limits_done) UnitLimits l = {};
        int r;

        if (!state)
                return json_object_object_add(o, "limits", NULL) < 0 ? -ENOMEM : 0;
        r = unit_limits(c->modules.bus, state->path, e, &l);
        if (r < 0)
                return r;
        limits = json_object_new_object();
        if (!limits)
                return -ENOMEM;
        r = fill(c, limits, &l);
        return r < 0 ? r : json_add(o, "limits", TAKE_PTR(limits));
}

/* -- as a panel -------------------------------------------------------------------------------- */

/* Takes `text`, NULL if it could not be made; then there is just less to show. */
static void add_line(json_object *panel, const char *title, char *text) {
        (void) json_add_string(panel, title, text);
        free(text);
}

static bool is_lapsed(json_object *limits, const char *key) {
        json_object *lapsed = json_get(limits, "not_enforced");

        for (size_t i = 0; lapsed && i < json_object_array_length(lapsed); i++)
                if (streq_ptr(json_string(json_object_array_get_idx(lapsed, i)), key))
                        return true;
        return false;
}

static char *amount_text(json_object *value, CellFormat format, const char *after) {
        char buffer[64], *text;

        if (asprintf(&text, "%s%s", cell_text(value, format, buffer, sizeof(buffer)), after) < 0)
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
                const char *after = is_lapsed(limits, amounts[i].key)
                                            ? ", not enforced: its control group cannot"
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

        if (refused > 0 &&
            asprintf(&text, "%" PRId64 " times, for the limit of tasks", refused) >= 0)
                add_line(panel, "refused to start a process or thread", text);
        if (kills > 0 && asprintf(&text, "%" PRId64 ", for the limit of memory", kills) >= 0)
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
        if (is_lapsed(limits, key) &&
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
