/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/lockfile-text.h"

#include "basic/address-mask.h"
#include "basic/string-util.h"
#include "npm/spec/collate.h"

/* Members that npm puts first, in this order; the others follow sorted. */
static const char *const first_keys[] = {
        "name",      "version",  "lockfileVersion", "resolved",
        "integrity", "requires", "packages",        "dependencies",
};

typedef struct Member {
        const char *key;
        json_object *value;
        size_t rank;
} Member;

static int compare_members(const void *a, const void *b) {
        const Member *x = a, *y = b;
        bool u = json_object_is_type(x->value, json_type_object),
             v = json_object_is_type(y->value, json_type_object);

        if (u != v)
                return u ? 1 : -1;
        if (x->rank != y->rank)
                return x->rank < y->rank ? -1 : 1;
        return collate(x->key, y->key);
}

typedef char *(*Mask)(const char *text);

/* Everybody may read a release. Specifications are masked whole, other texts as sentences; a page
 * for funding is what the registry shows to everybody. */
static Mask mask_of(const char *key, Mask mask) {
        if (streq(key, "funding"))
                return NULL;
        return streq(key, "resolved") || endswith(key, "ependencies") ? mask_address : mask;
}

static int copy_value(json_object *value, Mask mask, json_object **ret) {
        _cleanup_(freep) char *masked = NULL;

        if (!mask || !json_string(value)) {
                *ret = json_object_get(value);
                return 0;
        }
        masked = mask(json_string(value));
        *ret = masked ? json_object_new_string(masked) : NULL;
        return *ret ? 0 : -ENOMEM;
}

/* A copy in npm's order: plain values before objects. */
static int sort_members(json_object *o, Mask mask, json_object **ret) {
        _cleanup_(json_object_putp) json_object *sorted = NULL;
        _cleanup_(freep) Member *members = NULL;
        size_t n = 0;

        if (!json_object_is_type(o, json_type_object))
                return copy_value(o, mask, ret);
        sorted = json_object_new_object();
        members = calloc((size_t) json_object_object_length(o) + 1, sizeof(*members));
        if (!sorted || !members)
                return -ENOMEM;
        json_object_object_foreach(o, key, value) {
                size_t rank = 0;

                while (rank < ELEMENTSOF(first_keys) && !streq(first_keys[rank], key))
                        rank++;
                members[n++] = (Member) { key, value, rank };
        }
        qsort(members, n, sizeof(*members), compare_members);
        for (size_t i = 0; i < n; i++) {
                json_object *copy = NULL;
                int r = sort_members(members[i].value, mask_of(members[i].key, mask), &copy);

                if (r < 0)
                        return r;
                if (json_object_object_add(sorted, members[i].key, copy) < 0) {
                        (void) json_object_put(copy);
                        return -ENOMEM;
                }
        }
        *ret = TAKE_PTR(sorted);
        return 0;
}

char *lockfile_to_text(json_object *o) {
        _cleanup_(json_object_putp) json_object *sorted = NULL;
        _cleanup_(freep) char *line = NULL;
        const char *text;

        if (sort_members(o, mask_addresses, &sorted) < 0)
                return NULL;
        text = json_object_to_json_string_ext(sorted, JSON_C_TO_STRING_PRETTY |
                                                              JSON_C_TO_STRING_SPACED |
                                                              JSON_C_TO_STRING_NOSLASHESCAPE);
        if (!text || strdupf(&line, "%s\n", text) < 0)
                return NULL;
        return TAKE_PTR(line);
}
