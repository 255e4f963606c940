/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/registries-file.h"

#include "basic/fs.h"
#include "basic/string-util.h"
#include "npm/registry/registry-memory.h"
#include "store/store-internal.h"

#define REGISTRIES_FILE     "registry-keys.json"
#define REGISTRIES_FORMAT   1
#define REGISTRIES_FILE_MAX (4U * 1024U * 1024U) /* the limits of what is in it come to less */

static int parse_registries(const char *text, size_t size, Error *e, RegistryMemories *ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        int64_t format;
        int r;

        r = json_parse(text, size, e, &o);
        if (r < 0)
                return r;
        format = json_get_int(o, "format", 0);
        if (format > REGISTRIES_FORMAT)
                return error_set(
                        e, -EPROTO,
                        "it was written by a newer pm2ctl (format %lld, this one reads %d)",
                        (long long) format, REGISTRIES_FORMAT);
        if (format < 1)
                return error_set(e, -EBADMSG, "not a list of registries");
        return registry_memories_from_json(json_get(o, "registries"), e, ret);
}

static int read_memories(Store *s, Error *e, RegistryMemories *ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(s->fd, REGISTRIES_FILE, REGISTRIES_FILE_MAX, &text, &size);
        if (r == -ENOENT) {
                *ret = (RegistryMemories) {};
                return 0;
        }
        return r < 0 ? r : parse_registries(text, size, e, ret);
}

int store_load_registries(Store *s, Error *e, RegistryMemories *ret) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        r = read_memories(s, &why, ret);
        return r < 0 ? error_set(e, r,
                                 "cannot read %s/" REGISTRIES_FILE ": %s; remove it to trust the "
                                 "registries' keys anew",
                                 s->path, error_text(&why, r))
                     : 0;
}

int store_save_registries(Store *s, RegistryMemories *m, Error *e) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        json_object *registries;
        const char *text;
        int r;

        if (!o)
                return -ENOMEM;
        registry_memories_trim(m);
        r = json_add_uint(o, "format", REGISTRIES_FORMAT);
        if (r < 0)
                return r;
        r = registry_memories_to_json(m, &registries);
        if (r < 0)
                return r;
        r = json_add(o, "registries", registries);
        if (r < 0)
                return r;
        text = json_text(o);
        if (!text)
                return -ENOMEM;
        /* what a writer that was killed has left */
        (void) remove_temporaries_at(s->fd);
        r = write_file_atomic_at(s->fd, REGISTRIES_FILE, text, strlen(text), 0644);
        return r < 0 ? error_set(e, r, "cannot write %s/" REGISTRIES_FILE ": %s", s->path,
                                 strerror(-r))
                     : 0;
}
