/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/unpack-names.h"

#include <limits.h>
#include <unicase.h>

#include "basic/string-util.h"

/* Open addressing; at most half of the slots are taken. */
typedef struct Slot {
        uint32_t hash;
        bool folder;
        char *folded; /* NULL: free */
        char *path;
} Slot;

struct UnpackNames {
        Slot *slots;
        size_t n_slots, n_names;
};

#define SLOTS_FIRST 64

static int check_component(const char *component, size_t length, Error *e) {
        if (length == 2 && strncmp(component, "..", 2) == 0)
                return error_set(e, -EINVAL, "the path contains '..'");
        if (length > NAME_MAX)
                return error_set(e, -EINVAL, "a path component is longer than %d bytes", NAME_MAX);
        return 0;
}

int unpack_path(const char *name, Error *e, char **ret) {
        _cleanup_(freep) char *path = NULL;
        size_t size = strlen(name), n = 0, depth = 0;
        bool first = true;

        if (name[0] == '/')
                return error_set(e, -EINVAL, "the path is absolute");
        if (size > UNPACK_PATH_MAX)
                return error_set(e, -EINVAL, "the path is longer than %d bytes", UNPACK_PATH_MAX);
        if (has_control(name))
                return error_set(e, -EINVAL, "the path contains a control character");
        if (!utf8_is_valid(name, size))
                return error_set(e, -EINVAL, "the path is not valid UTF-8");

        path = malloc(size + 1);
        if (!path)
                return -ENOMEM;

        for (const char *component = name; *component; first = false) {
                size_t length = strcspn(component, "/");
                int r;

                r = check_component(component, length, e);
                if (r < 0)
                        return r;
                if (!first && length > 0 && !(length == 1 && component[0] == '.')) {
                        if (++depth > UNPACK_DEPTH_MAX)
                                return error_set(e, -EINVAL,
                                                 "the path is more than %d directories deep",
                                                 UNPACK_DEPTH_MAX);
                        if (n > 0)
                                path[n++] = '/';
                        memcpy(path + n, component, length);
                        n += length;
                }
                component += length;
                component += *component == '/';
        }

        path[n] = 0;
        *ret = TAKE_PTR(path);
        return 0;
}

int unpack_names_new(UnpackNames **ret) {
        _cleanup_(unpack_names_freep) UnpackNames *n = NULL;

        n = calloc(1, sizeof(UnpackNames));
        if (!n)
                return -ENOMEM;
        n->slots = calloc(SLOTS_FIRST, sizeof(Slot));
        if (!n->slots)
                return -ENOMEM;
        n->n_slots = SLOTS_FIRST;
        *ret = TAKE_PTR(n);
        return 0;
}

UnpackNames *unpack_names_free(UnpackNames *n) {
        if (!n)
                return NULL;
        for (size_t i = 0; n->slots && i < n->n_slots; i++) {
                free(n->slots[i].folded);
                free(n->slots[i].path);
        }
        free(n->slots);
        free(n);
        return NULL;
}

/* FNV-1a. The number of names is bounded, so nothing is won by making them collide. */
static uint32_t hash_text(const char *s) {
        uint32_t hash = 2166136261;

        for (; *s; s++)
                hash = (hash ^ (uint8_t) *s) * 16777619;
        return hash;
}

static Slot *find_slot(Slot *slots, size_t n_slots, uint32_t hash, const char *folded) {
        for (size_t i = hash & (n_slots - 1);; i = (i + 1) & (n_slots - 1))
                if (!slots[i].folded || (slots[i].hash == hash && streq(slots[i].folded, folded)))
                        return slots + i;
}

static int grow_slots(UnpackNames *n) {
        Slot *grown;

        if ((n->n_names + 1) * 2 <= n->n_slots)
                return 0;
        grown = calloc(n->n_slots * 2, sizeof(Slot));
        if (!grown)
                return -ENOMEM;
        for (size_t i = 0; i < n->n_slots; i++)
                if (n->slots[i].folded)
                        *find_slot(grown, n->n_slots * 2, n->slots[i].hash,
                                   n->slots[i].folded) = n->slots[i];
        free(n->slots);
        n->slots = grown;
        n->n_slots *= 2;
        return 0;
}

/* NULL if not all of it is ASCII. */
static char *fold_ascii(char *name) {
        for (char *c = name; *c; c++) {
                if ((uint8_t) *c >= 0x80)
                        return NULL;
                if (*c >= 'A' && *c <= 'Z')
                        *c |= 0x20;
        }
        return name;
}

/* The form that names have in common which a file system takes for one and the same, if it ignores
 * case or writes names in a normal form of its own. -EINVAL if the name is not UTF-8. */
static int fold_name(const char *name, char **ret) {
        _cleanup_(freep) char *folded = strdup(name);
        size_t size = strlen(name) + 1;

        if (!folded)
                return -ENOMEM;
        if (fold_ascii(folded)) { /* as nearly all are; the other way takes 50 times as long */
                *ret = TAKE_PTR(folded);
                return 0;
        }
        if (!utf8_is_valid(name, size - 1))
                return -EINVAL;
        *ret = (char *) u8_casefold((const uint8_t *) name, size, /* language= */ NULL, UNINORM_NFD,
                                    /* resultbuf= */ NULL, &size);
        return *ret ? 0 : -errno;
}

int unpack_names_add(UnpackNames *n, const char *path, bool folder, Error *e) {
        _cleanup_(freep) char *folded = NULL, *copy = NULL;
        uint32_t hash;
        Slot *slot;
        int r;

        assert(n);
        assert(path);

        r = fold_name(path, &folded);
        if (r < 0)
                return r;
        r = grow_slots(n);
        if (r < 0)
                return r;

        hash = hash_text(folded);
        slot = find_slot(n->slots, n->n_slots, hash, folded);
        if (slot->folded) {
                if (!streq(slot->path, path))
                        return error_set(
                                e, -EEXIST,
                                "it differs from '%s' only in case or Unicode normalization",
                                slot->path);
                if (folder != slot->folder)
                        return error_set(e, -EEXIST, "it is both a file and a directory");
                return 0;
        }

        copy = strdup(path);
        if (!copy)
                return -ENOMEM;
        *slot = (Slot) { hash, folder, TAKE_PTR(folded), TAKE_PTR(copy) };
        n->n_names++;
        return 1;
}

const char *unpack_names_next_file(const UnpackNames *n, size_t *i) {
        assert(n);
        assert(i);

        while (*i < n->n_slots) {
                const Slot *slot = n->slots + (*i)++;

                if (slot->folded && !slot->folder)
                        return slot->path;
        }
        return NULL;
}
