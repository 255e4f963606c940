/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal/entry.h"

typedef struct Field {
        const char *name;
        size_t offset, size; /* where a JournalEntry keeps the value; size 0: it does not */
        void (*look)(const char *value, size_t size, JournalEntry *entry);
} Field;

static void look_message(const char *value, size_t size, JournalEntry *entry) {
        while (size > 0 && (*value == ' ' || *value == '\t')) {
                value++;
                size--;
        }
        entry->braced = size > 0 && *value == '{';
}

static void look_type(const char *value, size_t size, JournalEntry *entry) {
        entry->structured = true;
}

static void look_break(const char *value, size_t size, JournalEntry *entry) {
        if (size == 8 && memcmp(value, "line-max", 8) == 0)
                entry->line_break = JOURNAL_BREAK_LINE_MAX;
        else if (size == 10 && memcmp(value, "pid-change", 10) == 0)
                entry->line_break = JOURNAL_BREAK_PID;
}

#define FIELD_COPY(name, member) \
        { name, offsetof(JournalEntry, member), sizeof(((JournalEntry *) NULL)->member), NULL }

/* One per scope, since a user's cgroup may be called like a system unit. */
static const Field unit_fields[] = {
        [SCOPE_SYSTEM] = FIELD_COPY("_SYSTEMD_UNIT", unit),
        [SCOPE_USER] = FIELD_COPY("_SYSTEMD_USER_UNIT", unit),
};

static const Field fields[] = {
        { "MESSAGE", 0, 0, look_message },
        { "AXM_TYPE", 0, 0, look_type },
        { "_LINE_BREAK", 0, 0, look_break },
        FIELD_COPY("_STREAM_ID", stream),
        FIELD_COPY("_SYSTEMD_INVOCATION_ID", invocation),
};

/* Takes "NAME=value" if it is that field. */
static bool take_field(const Field *f, const char *data, size_t size, JournalEntry *entry) {
        size_t n = strlen(f->name);

        if (size <= n || data[n] != '=' || memcmp(data, f->name, n) != 0)
                return false;
        data += n + 1;
        size -= n + 1;
        if (f->look)
                f->look(data, size, entry);
        else if (size < f->size) {
                char *to = (char *) entry + f->offset;

                memcpy(to, data, size);
                to[size] = 0;
        }
        return true;
}

void journal_entry_clear(JournalEntry *e) {
        e->unit[0] = e->invocation[0] = e->stream[0] = 0;
        e->line_break = JOURNAL_BREAK_NONE;
        e->structured = e->braced = false;
}

bool journal_entry_take(JournalEntry *e, ScopeKind scope, const char *data, size_t size) {
        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                if (take_field(fields + i, data, size, e))
                        return true;
        return take_field(unit_fields + scope, data, size, e);
}

bool journal_field_is_foreign(uid_t uid, const char *data, size_t size) {
        static const char name[] = "_SYSTEMD_OWNER_UID=";
        char own[16];
        int n;

        if (size < strlen(name) || memcmp(data, name, strlen(name)) != 0)
                return false;
        n = snprintf(own, sizeof(own), "%u", (unsigned) uid);
        return size - strlen(name) != (size_t) n ||
               memcmp(data + strlen(name), own, (size_t) n) != 0;
}
