/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/units.h"

#include "axm/message.h"
#include "axm/record-file.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "journal/line-join.h"
#include "model/name.h"
#include "relay/record-cache.h"

struct Unit {
        Units *units;
        char *name;
        char invocation[ID128_TEXT_MAX + 1]; /* that said something last */
        LineJoin line;
        CachedRecord record;
};

struct Units {
        struct lh_table *table; /* name → Unit */
        Unit *last;             /* that was asked for: lines come in runs */
        RecordCache records;
        size_t n_lines, lines_size; /* unfinished */
};

/* -- the table --------------------------------------------------------------------------------- */

static void unit_free(Unit *unit) {
        if (!unit)
                return;
        line_join_reset(&unit->line);
        cached_record_done(&unit->record);
        free(unit->name);
        free(unit);
}
DEFINE_CLEANUP(Unit *, unit_free);

static void free_entry(struct lh_entry *entry) {
        unit_free(lh_entry_v(entry));
}

int units_new(int dir_fd, Units **ret) {
        _cleanup_(units_freep) Units *units = calloc(1, sizeof(Units));
        int r;

        assert(ret);

        if (!units)
                return -ENOMEM;
        r = record_cache_init(&units->records, dir_fd);
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
        record_cache_done(&units->records);
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
        unit->record.unit = unit->name;
        r = record_file_name(module, app, instance, &unit->record.file);
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

                if (!unit->record.loaded && !unit->line.stream[0])
                        (void) lh_table_delete_entry(units->table, entry);
        }
}

int units_get(Units *units, const char *name, Unit **ret) {
        void *found;
        Unit *unit = NULL;
        int r;

        assert(units);
        assert(name);
        assert(ret);

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
        cached_record_complain(&unit->record, r, e, what);
}

bool unit_is_new(const Unit *unit, const char *invocation) {
        return invocation[0] && !streq(invocation, unit->invocation);
}

int unit_touch(Unit *unit, const RecordSource *source) {
        assert(unit);
        assert(source);

        if (!source->invocation || !unit_is_new(unit, source->invocation))
                return 0;

        (void) snprintf(unit->invocation, sizeof(unit->invocation), "%s", source->invocation);
        return record_cache_touch(&unit->units->records, &unit->record, source);
}

int unit_apply(Unit *unit, const RecordSource *source, const AxmMessage *m) {
        assert(unit);

        return record_cache_apply(&unit->units->records, &unit->record, source, m);
}

size_t units_flush(Units *units, bool all) {
        return record_cache_flush(&units->records, all);
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

/* The same as unit_line_add(), with what is wrong as an errno. */
static int add_part(Unit *unit, const JournalEntry *entry, const char *text, size_t size,
                    char **ret, size_t *ret_size) {
        int r;

        r = line_join(&unit->line, entry, text, size, AXM_MESSAGE_MAX);
        if (r > 0) {
                *ret = TAKE_PTR(unit->line.text);
                *ret_size = unit->line.size;
                line_join_reset(&unit->line);
        }
        if (r == 0 && unit->units->lines_size + unit->line.size > UNITS_LINES_SIZE_MAX) {
                line_join_reset(&unit->line);
                return -ENOBUFS;
        }
        return r;
}

int unit_line_add(Unit *unit, const JournalEntry *entry, const char *text, size_t size, char **ret,
                  size_t *ret_size) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        assert(unit);
        assert(entry);
        assert(text || size == 0);

        count_line(unit, -1);
        r = add_part(unit, entry, text, size, ret, ret_size);
        count_line(unit, 1);

        if (r == -EFBIG)
                (void) error_set(&e, r, "a line that begins like a message is larger than %u KiB",
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
