/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/mask.h"

#include "axm/secret-values.h"
#include "basic/json.h"
#include "model/secret.h"

struct Mask {
        SecretValues values;
};

int mask_new(Mask **ret) {
        assert(ret);

        *ret = calloc(1, sizeof(Mask));
        return *ret ? 0 : -ENOMEM;
}

Mask *mask_free(Mask *m) {
        if (!m)
                return NULL;
        secret_values_done(&m->values);
        free(m);
        return NULL;
}

int mask_add(Mask *m, json_object *value) {
        assert(m);

        return secret_values_add(&m->values, value);
}

int mask_add_text(Mask *m, const char *text) {
        assert(m);

        return secret_values_add_text(&m->values, text);
}

/* Secrets that overlap or touch become one mask, else the end of the second would stay readable. */
static int mask_bytes(const Mask *m, const char *text, size_t size, char **ret, size_t *ret_size) {
        _cleanup_(freep) char *masked = NULL;
        size_t used = 0, hidden = 0; /* up to where the text is secret */
        bool hiding = false;
        FILE *f;

        if (secret_values_contain(&m->values, text, size)) {
                *ret = strdup(MASK_TEXT);
                *ret_size = strlen(MASK_TEXT);
                return *ret ? 0 : -ENOMEM;
        }

        f = open_memstream(&masked, &used);
        if (!f)
                return -ENOMEM;
        for (size_t i = 0; i < size; i++) {
                hidden = MAX2(hidden, i + secret_values_match(&m->values, text + i, size - i));
                if (i >= hidden)
                        (void) putc_unlocked(text[i], f);
                else if (!hiding)
                        (void) fputs(MASK_TEXT, f);
                hiding = i < hidden;
        }
        if (fclose(f) != 0)
                return -ENOMEM;
        *ret = TAKE_PTR(masked);
        *ret_size = used;
        return 0;
}

int mask_string(const Mask *m, const char *text, char **ret) {
        size_t size;

        assert(m);
        assert(text);
        assert(ret);

        return mask_bytes(m, text, strlen(text), ret, &size);
}

static int mask_value(const Mask *m, json_object *o, bool named, json_object **ret);

static int mask_object(const Mask *m, json_object *o, bool named, json_object **ret) {
        _cleanup_(json_object_putp) json_object *copy = json_object_new_object();
        int r;

        if (!copy)
                return -ENOMEM;
        json_object_object_foreach(o, name, value) {
                _cleanup_(freep) char *key = NULL;
                json_object *masked = NULL;

                r = mask_string(m, name, &key);
                if (r < 0)
                        return r;
                r = mask_value(m, value, named || name_is_secret(name), &masked);
                if (r < 0)
                        return r;
                if (json_object_object_add(copy, key, masked) < 0) {
                        (void) json_object_put(masked);
                        return -ENOMEM;
                }
        }
        *ret = TAKE_PTR(copy);
        return 0;
}

static int mask_array(const Mask *m, json_object *o, bool named, json_object **ret) {
        _cleanup_(json_object_putp) json_object *copy = json_object_new_array();
        int r;

        if (!copy)
                return -ENOMEM;
        for (size_t i = 0; i < json_object_array_length(o); i++) {
                json_object *masked = NULL;

                r = mask_value(m, json_object_array_get_idx(o, i), named, &masked);
                if (r < 0)
                        return r;
                if (json_object_array_add(copy, masked) < 0) {
                        (void) json_object_put(masked);
                        return -ENOMEM;
                }
        }
        *ret = TAKE_PTR(copy);
        return 0;
}

/* `named`: it stands below a secret name. True, false, null and "" tell nothing and stay. */
static int mask_value(const Mask *m, json_object *o, bool named, json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        bool hide = named;
        size_t size;
        int r;

        switch (json_object_get_type(o)) {
        case json_type_object:
                return mask_object(m, o, named, ret);
        case json_type_array:
                return mask_array(m, o, named, ret);
        case json_type_int:
        case json_type_double:
                hide = named || secret_values_contain_number(&m->values, json_object_get_double(o));
                break;
        case json_type_string:
                size = (size_t) json_object_get_string_len(o);
                if (named && size > 0)
                        break;
                r = mask_bytes(m, json_object_get_string(o), size, &text, &size);
                if (r < 0)
                        return r;
                *ret = json_object_new_string_len(text, (int) size);
                return *ret ? 0 : -ENOMEM;
        default:
                hide = false;
        }

        *ret = hide ? json_object_new_string(MASK_TEXT) : json_object_get(o);
        return *ret || !o ? 0 : -ENOMEM;
}

int mask_json(const Mask *m, json_object *o, json_object **ret) {
        assert(m);
        assert(ret);

        return mask_value(m, o, /* named= */ false, ret);
}
