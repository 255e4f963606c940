/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/units.h"

#include <fcntl.h>
#include <time.h>

#include "basic/log.h"
#include "basic/string-util.h"
#include "model/name.h"

#define COMPLAINT_USEC (60 * USEC_PER_SEC)

struct Unit {
        Units *units;
        char *name;
        char *file;                          /* of the record */
        char invocation[ID128_TEXT_MAX + 1]; /* that spoke last */
        LineJoin line;
        uint64_t written_usec, complained_usec; /* 0: never */
        bool recorded;                          /* there is a file */

        /* while the record is in memory */
        Unit *next_loaded;
        Record record;
        size_t weight;
        bool loaded, dirty, urgent; /* urgent: more than metrics has changed */
};

struct Units {
        int dir_fd;
        Mask *mask;
        struct lh_table *table; /* name → Unit */
        Unit *last;             /* that was asked for: lines come in runs */
        Unit *loaded;
        size_t weight;              /* of loaded records */
        size_t n_lines, lines_size; /* under way */
};

static uint64_t now_usec(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * USEC_PER_SEC + (uint64_t) t.tv_nsec / NSEC_PER_USEC;
}

/* -- the table --------------------------------------------------------------------------------- */

static void unit_free(Unit *unit) {
        if (!unit)
                return;
        line_join_reset(&unit->line);
        record_done(&unit->record);
        free(unit->name);
        free(unit->file);
        free(unit);
}
DEFINE_CLEANUP(Unit *, unit_free);

static void free_entry(struct lh_entry *entry) {
        unit_free(lh_entry_v(entry));
}

int units_new(int dir_fd, Units **ret) {
        _cleanup_(units_freep) Units *units = calloc(1, sizeof(Units));
        int r;

        if (!units)
                return -ENOMEM;
        units->dir_fd = dir_fd;
        r = mask_new(&units->mask);
        if (r < 0)
                return r;
        units->table = lh_kchar_table_new(64, free_entry);
        if (!units->table)
                return -ENOMEM;
        *ret = TAKE_PTR(units);
        return 0;
}

Units *units_free(Units *units) {
        if (!units)
                return NULL;
        if (units->table)
                lh_table_free(units->table);
        (void) mask_free(units->mask);
        free(units);
        return NULL;
}

static int unit_new(Units *units, const char *name, Unit **ret) {
        _cleanup_(freep) char *module = NULL, *app = NULL;
        _cleanup_(unit_freep) Unit *unit = NULL;
        unsigned instance;
        int r;

        r = module_from_unit_name(name, &module, &app, &instance);
        if (r < 0)
                return r;

        unit = calloc(1, sizeof(Unit));
        if (!unit)
                return -ENOMEM;
        unit->units = units;
        unit->name = strdup(name);
        if (!unit->name)
                return -ENOMEM;
        r = record_file_name(module, app, instance, &unit->file);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(unit);
        return 0;
}

/* Makes room: what a unit with nothing unwritten knows can be found out again. */
static void forget_idle(Units *units) {
        struct lh_entry *entry, *next;

        units->last = NULL;
        lh_foreach_safe(units->table, entry, next) {
                Unit *unit = lh_entry_v(entry);

                if (!unit->loaded && !unit->line.stream[0])
                        (void) lh_table_delete_entry(units->table, entry);
        }
}

int units_get(Units *units, const char *name, Unit **ret) {
        void *found;
        Unit *unit = NULL;
        int r;

        if (units->last && streq(units->last->name, name)) {
                *ret = units->last;
                return 1;
        }

        if (lh_table_lookup_ex(units->table, name, &found)) {
                *ret = units->last = found;
                return 1;
        }

        r = unit_new(units, name, &unit);
        if (r == -EINVAL)
                return 0;
        if (r < 0)
                return r;
        if (lh_table_length(units->table) >= UNITS_MAX)
                forget_idle(units);
        if (lh_table_insert(units->table, unit->name, unit) < 0) {
                unit_free(unit);
                return -ENOMEM;
        }
        *ret = units->last = unit;
        return 1;
}

/* -- records ----------------------------------------------------------------------------------- */

void unit_complain(Unit *unit, int r, const Error *e, const char *what) {
        uint64_t now = now_usec();

        if (unit->complained_usec > 0 && now - unit->complained_usec < COMPLAINT_USEC)
                return;
        unit->complained_usec = now;
        (void) log_warning_cause(r, e, "%s: %s", unit->name, what);
}

static void unit_weigh(Unit *unit) {
        unit->units->weight -= unit->weight;
        unit->weight = record_weight(&unit->record);
        unit->units->weight += unit->weight;
}

static void unit_unload(Unit *unit) {
        unit->units->weight -= unit->weight;
        unit->weight = 0;
        record_done(&unit->record);
        unit->loaded = unit->dirty = unit->urgent = false;
}

/* 1 and the record in memory; 0 if it has no file and `create` is not asked for. */
static int unit_load(Unit *unit, bool create) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        if (unit->loaded)
                return 1;

        if (unit->units->weight > UNITS_RECORDS_SIZE_MAX &&
            units_flush(unit->units, /* all= */ true) > 0) {
                unit_complain(unit, -ENOBUFS, &e, "cannot record what it says");
                return -ENOBUFS;
        }
        r = record_load_at(unit->units->dir_fd, unit->file, &e, &unit->record);
        if (r == -EBADMSG && unlinkat(unit->units->dir_fd, unit->file, 0) >= 0) {
                /* it can be made again, and damaged it would be in the way for ever */
                (void) log_warning_cause(r, &e, "%s: its record was damaged, and begins anew",
                                         unit->name);
                r = 0;
        }
        if (r < 0) {
                unit_complain(unit, r, &e, "cannot record what it says");
                return r;
        }
        unit->recorded = r > 0;
        if (r == 0) {
                if (!create)
                        return 0;
                r = record_init(&unit->record);
                if (r < 0)
                        return r;
        }

        unit->loaded = true;
        unit->next_loaded = unit->units->loaded;
        unit->units->loaded = unit;
        unit_weigh(unit);
        return 1;
}

bool unit_is_new(const Unit *unit, const char *invocation) {
        return invocation[0] && !streq(invocation, unit->invocation);
}

int unit_touch(Unit *unit, const RecordSource *source) {
        int r;

        if (!source->invocation || !unit_is_new(unit, source->invocation))
                return 0;

        r = unit_load(unit, /* create= */ false);
        if (r > 0)
                r = record_touch(&unit->record, source);
        if (r > 0)
                unit->dirty = unit->urgent = true;
        (void) snprintf(unit->invocation, sizeof(unit->invocation), "%s", source->invocation);
        return r == -ENOMEM ? r : 0;
}

int unit_apply(Unit *unit, const RecordSource *source, const AxmMessage *m) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        if (!record_wants(m->type))
                return 0;
        r = unit_load(unit, /* create= */ true);
        if (r < 0)
                return r == -ENOMEM ? r : 0;

        r = record_apply(&unit->record, source, unit->units->mask, m, &e);
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                unit_complain(unit, r, &e, "refused a message");
                return 0;
        }
        if (r > 0) {
                unit->dirty = true;
                unit->urgent |= m->type != AXM_MONITOR;
                unit_weigh(unit);
        }
        return 0;
}

/* -- lines in several entries ------------------------------------------------------------------ */

bool unit_line_concerns(const Unit *unit, const JournalEntry *entry) {
        return line_join_concerns(&unit->line, entry);
}

bool unit_line_wants(const Unit *unit, const JournalEntry *entry) {
        return line_join_wants(&unit->line, entry);
}

/* Keeps the sums right; `sign` is -1 before a line changes and 1 after. */
static void count_line(Unit *unit, int sign) {
        if (!unit->line.stream[0])
                return;
        unit->units->n_lines += (size_t) sign;
        unit->units->lines_size += (size_t) sign * unit->line.size;
}

int unit_line_add(Unit *unit, const JournalEntry *entry, const char *text, size_t size, char **ret,
                  size_t *ret_size) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        count_line(unit, -1);
        r = line_join(&unit->line, entry, text, size, AXM_MESSAGE_MAX);
        if (r > 0) {
                *ret = TAKE_PTR(unit->line.text);
                *ret_size = unit->line.size;
                line_join_reset(&unit->line);
        } else if (r == 0 && unit->units->lines_size + unit->line.size > UNITS_LINES_SIZE_MAX) {
                line_join_reset(&unit->line);
                r = -ENOBUFS;
        }
        count_line(unit, 1);

        if (r == -EFBIG)
                (void) error_set(&e, r, "a line that begins like one is larger than %u KiB",
                                 AXM_MESSAGE_MAX / 1024);
        if (r < 0 && r != -ENOMEM) {
                unit_complain(unit, r, &e, "refused a message");
                return 0;
        }
        return r;
}

size_t units_count_lines(const Units *units) {
        return units->n_lines;
}

void units_drop_lines(Units *units) {
        struct lh_entry *entry;

        lh_foreach(units->table, entry) {
                Unit *unit = lh_entry_v(entry);

                line_join_reset(&unit->line);
        }
        units->n_lines = units->lines_size = 0;
}

/* -- writing ----------------------------------------------------------------------------------- */

static bool is_due(const Unit *unit, uint64_t now) {
        uint64_t wait = unit->urgent ? UNITS_WRITE_USEC : UNITS_METRICS_USEC;

        return unit->written_usec == 0 || now - unit->written_usec >= wait;
}

static int unit_write(Unit *unit, uint64_t now) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        /* Removed since it was read: the module was uninstalled, and this was its last breath. */
        if (unit->recorded && faccessat(unit->units->dir_fd, unit->file, F_OK, 0) < 0 &&
            errno == ENOENT) {
                unit->recorded = false;
                return 0;
        }

        unit->written_usec = now;
        r = record_save_at(unit->units->dir_fd, unit->file, &unit->record, &e);
        if (r < 0) {
                unit_complain(unit, r, &e, "cannot write its record, trying again");
                return r;
        }
        unit->recorded = true;
        return 0;
}

size_t units_flush(Units *units, bool all) {
        uint64_t now = units->loaded ? now_usec() : 0;
        Unit *waiting = NULL, *next;
        size_t n = 0;

        for (Unit *unit = units->loaded; unit; unit = next) {
                next = unit->next_loaded;
                if (unit->dirty && ((!all && !is_due(unit, now)) || unit_write(unit, now) < 0)) {
                        unit->next_loaded = waiting;
                        waiting = unit;
                        n++;
                } else
                        unit_unload(unit);
        }
        units->loaded = waiting;
        return n;
}
