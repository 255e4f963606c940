/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/json-weight.h"

#include "basic/json.h"

size_t json_member_weight(const char *key, json_object *value) {
        return 64 + strlen(key) + json_weight(value);
}

size_t json_element_weight(json_object *value) {
        return 8 + json_weight(value);
}

size_t json_weight(json_object *o) {
        size_t weight = 64;

        switch (json_object_get_type(o)) {
        case json_type_object:
                weight += 736;
                json_object_object_foreach(o, key, value) {
                        weight += json_member_weight(key, value);
                }
                return weight;
        case json_type_array:
                weight += 256;
                for (size_t i = 0; i < json_object_array_length(o); i++)
                        weight += json_element_weight(json_object_array_get_idx(o, i));
                return weight;
        case json_type_string:
                return weight + (size_t) json_object_get_string_len(o);
        default:
                return weight;
        }
}
