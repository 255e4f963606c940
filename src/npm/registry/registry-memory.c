/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/registry-memory.h"

#include "basic/encoding.h"
#include "basic/string-util.h"

#define MARK_DIGITS 16

static void memory_done(RegistryMemory *m) {
        free(m->registry);
        registry_keys_done(&m->keys);
        free(m->marks);
        *m = (RegistryMemory) {};
}

void registry_memories_done(RegistryMemories *m) {
        for (size_t i = 0; i < m->n; i++)
                memory_done(m->items + i);
        free(m->items);
        *m = (RegistryMemories) {};
}

RegistryMemory *registry_memories_find(const RegistryMemories *m, const char *registry) {
        for (size_t i = 0; i < m->n; i++)
                if (streq(m->items[i].registry, registry))
                        return m->items + i;
        return NULL;
}

int registry_memories_add(RegistryMemories *m, const char *registry, RegistryMemory **ret) {
        RegistryMemory *found = registry_memories_find(m, registry), new = {};
        int r;

        if (found) {
                *ret = found;
                return 0;
        }
        if (m->n >= REGISTRIES_MAX)
                return -E2BIG;
        if (!m->items)
                m->items = calloc(REGISTRIES_MAX, sizeof(RegistryMemory));
        if (!m->items)
                return -ENOMEM;
        r = free_and_strdup(&new.registry, registry);
        if (r < 0)
                return r;
        m->items[m->n] = new;
        *ret = m->items + m->n++;
        return 0;
}

bool registry_memory_has_mark(const RegistryMemory *m, uint64_t mark) {
        for (size_t i = 0; i < m->n_marks; i++)
                if (m->marks[i] == mark)
                        return true;
        return false;
}

static int make_room(RegistryMemory *m) {
        if (!m->marks)
                m->marks = calloc(REGISTRY_MARKS_MAX, sizeof(uint64_t));
        if (!m->marks)
                return -ENOMEM;
        if (m->n_marks == REGISTRY_MARKS_MAX)
                memmove(m->marks, m->marks + 1, --m->n_marks * sizeof(uint64_t));
        return 0;
}

int registry_memory_add_mark(RegistryMemory *m, uint64_t mark) {
        int r;

        if (registry_memory_has_mark(m, mark))
                return 0;
        r = make_room(m);
        if (r < 0)
                return r;
        m->marks[m->n_marks++] = mark;
        return 0;
}

void registry_memory_set_keys(RegistryMemory *m, RegistryKeys *keys) {
        registry_keys_done(&m->keys);
        m->keys = *keys;
        m->has_keys = true;
        *keys = (RegistryKeys) {};
}

void registry_memories_trim(RegistryMemories *m) {
        size_t total = 0;

        for (size_t i = 0; i < m->n; i++)
                total += m->items[i].n_marks;
        while (total > REGISTRY_MARKS_MAX) {
                RegistryMemory *largest = m->items;
                size_t drop;

                for (size_t i = 1; i < m->n; i++)
                        if (m->items[i].n_marks > largest->n_marks)
                                largest = m->items + i;
                drop = MIN2(total - REGISTRY_MARKS_MAX, largest->n_marks);
                largest->n_marks -= drop;
                memmove(largest->marks, largest->marks + drop, largest->n_marks * sizeof(uint64_t));
                total -= drop;
        }
}

/* -- JSON ------------------------------------------------------------------------------------- */

/* In order of bytes, so that the text does not depend on the machine. */
static int parse_mark(const char *s, uint64_t *ret) {
        uint8_t bytes[MARK_DIGITS / 2];
        uint64_t mark = 0;
        int r;

        r = s ? hex_decode(s, bytes, sizeof(bytes)) : -EINVAL;
        if (r < 0)
                return r;
        for (size_t i = 0; i < sizeof(bytes); i++)
                mark = mark << 8 | bytes[i];
        *ret = mark;
        return 0;
}

static int parse_marks(json_object *array, Error *e, RegistryMemory *m) {
        for (size_t i = 0; i < json_object_array_length(array); i++) {
                uint64_t mark;
                int r;

                r = parse_mark(json_string(json_object_array_get_idx(array, i)), &mark);
                if (r < 0)
                        return error_set(
                                e, -EBADMSG,
                                "field 'signed' has an entry that is not %d hexadecimal digits",
                                MARK_DIGITS);
                r = registry_memory_add_mark(m, mark);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Such an address is shown to people; a normal form has no other characters. */
static bool name_is_valid(const char *s) {
        if (isempty(s) || strlen(s) > REGISTRY_NAME_MAX)
                return false;
        for (; *s; s++)
                if (*s <= ' ' || *s > '~')
                        return false;
        return true;
}

static int parse_memory(RegistryMemories *all, json_object *o, Error *e) {
        const char *name = json_get_string(o, "registry");
        json_object *marks = json_get(o, "signed"), *keys = json_get(o, "keys");
        RegistryMemory *m;
        int r;

        if (!name_is_valid(name))
                return error_set(e, -EBADMSG, "field 'registry' is not a valid URL");
        if (registry_memories_find(all, name))
                return error_set(e, -EBADMSG, "%s is listed twice", name);
        if (marks && (!json_object_is_type(marks, json_type_array) ||
                      json_object_array_length(marks) > REGISTRY_MARKS_MAX))
                return error_set(e, -EBADMSG,
                                 "field 'signed' is not an array of at most %d strings",
                                 REGISTRY_MARKS_MAX);
        r = registry_memories_add(all, name, &m);
        if (r == -E2BIG)
                return error_set(e, -EBADMSG, "it has more than %d registries", REGISTRIES_MAX);
        if (r < 0)
                return r;
        m->has_keys = keys;
        if (keys) {
                r = registry_keys_from_json(keys, e, &m->keys);
                if (r < 0)
                        return r;
        }
        return marks ? parse_marks(marks, e, m) : 0;
}

int registry_memories_from_json(json_object *array, Error *e, RegistryMemories *ret) {
        _cleanup_(registry_memories_done) RegistryMemories all = {};
        int r;

        if (array && !json_object_is_type(array, json_type_array))
                return error_set(e, -EBADMSG, "field 'registries' is not an array");
        for (size_t i = 0; array && i < json_object_array_length(array); i++) {
                r = parse_memory(&all, json_object_array_get_idx(array, i), e);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_STRUCT(all);
        return 0;
}

static int marks_to_json(const RegistryMemory *m, json_object **ret) {
        _cleanup_(json_object_putp) json_object *array = json_object_new_array();

        if (!array)
                return -ENOMEM;
        for (size_t i = 0; i < m->n_marks; i++) {
                char text[MARK_DIGITS + 1];

                (void) snprintf(text, sizeof(text), "%016llx", (unsigned long long) m->marks[i]);
                if (json_object_array_add(array, json_object_new_string(text)) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(array);
        return 0;
}

static int memory_to_json(const RegistryMemory *m, json_object *o) {
        json_object *keys, *marks;
        int r;

        r = json_add_string(o, "registry", m->registry);
        if (r < 0)
                return r;
        if (m->has_keys) {
                r = registry_keys_to_json(&m->keys, &keys);
                if (r < 0)
                        return r;
                r = json_add(o, "keys", keys);
                if (r < 0)
                        return r;
        }
        r = marks_to_json(m, &marks);
        return r < 0 ? r : json_add(o, "signed", marks);
}

int registry_memories_to_json(const RegistryMemories *m, json_object **ret) {
        _cleanup_(json_object_putp) json_object *array = json_object_new_array();

        if (!array)
                return -ENOMEM;
        for (size_t i = 0; i < m->n; i++) {
                json_object *o = json_object_new_object();

                if (!o || json_object_array_add(array, o) < 0 ||
                    memory_to_json(m->items + i, o) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(array);
        return 0;
}
