/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/settings-value.h"

#include <math.h>

#include "basic/string-util.h"
#include "model/key.h"

static int check_object(json_object *value, unsigned depth, Error *e) {
        int r;

        json_object_object_foreach(value, key, child) {
                if (!key[0])
                        return error_set(e, -EINVAL, "a key in it is empty");
                if (!utf8_is_valid(key, strlen(key)))
                        return error_set(e, -EINVAL, "a key in it is not valid UTF-8");
                r = settings_value_check(child, depth + 1, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_array(json_object *value, unsigned depth, Error *e) {
        int r;

        for (size_t i = 0; i < json_object_array_length(value); i++) {
                r = settings_value_check(json_object_array_get_idx(value, i), depth + 1, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

int settings_value_check(json_object *value, unsigned depth, Error *e) {
        const char *text;

        if (depth > KEY_DEPTH_MAX)
                return error_set(e, -EINVAL, "nested more than %d levels deep", KEY_DEPTH_MAX);

        switch (json_object_get_type(value)) {
        case json_type_string:
                text = json_string(value);
                if (!text)
                        return error_set(e, -EINVAL, "a string contains a NUL byte");
                if (!utf8_is_valid(text, strlen(text)))
                        return error_set(e, -EINVAL, "it is not valid UTF-8");
                return 0;
        case json_type_int:
                /* json-c makes these of whatever does not fit. */
                if (json_object_get_int64(value) == INT64_MIN ||
                    json_object_get_uint64(value) == UINT64_MAX)
                        return error_set(e, -EINVAL, "a number does not fit into 64 bits");
                return 0;
        case json_type_double:
                if (!isfinite(json_object_get_double(value)))
                        return error_set(e, -EINVAL, "a number does not fit into 64 bits");
                return 0;
        case json_type_object:
                return check_object(value, depth, e);
        case json_type_array:
                return check_array(value, depth, e);
        default:
                return 0;
        }
}

const char *settings_value_text(json_object *value) {
        const char *text = json_string(value);

        return text ? text : value ? json_text(value) : "null";
}

int settings_value_parse(const char *text, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *value = NULL;
        int r;

        r = json_parse(text, strlen(text), e, &value);
        if (r < 0)
                return r;
        /* A key is cut there by json-c. */
        if (strstr(text, "\\u0000"))
                return error_set(e, -EINVAL, "it contains a NUL byte (\\u0000)");
        r = settings_value_check(value, 0, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(value);
        return 0;
}
