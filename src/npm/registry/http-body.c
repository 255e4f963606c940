/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/http-body.h"

int http_body_append(HttpBody *b, const void *data, size_t size) {
        if (b->room - b->size <= size) {
                size_t room = MAX2(b->room * 2, b->size + size + 1);
                char *grown = realloc(b->text, room);

                if (!grown)
                        return -ENOMEM;
                b->text = grown;
                b->room = room;
        }
        memcpy(b->text + b->size, data, size);
        b->size += size;
        b->text[b->size] = 0;
        return 0;
}

void http_body_done(HttpBody *b) {
        free(b->text);
        *b = (HttpBody) {};
}
