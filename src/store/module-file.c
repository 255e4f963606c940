/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/module-file.h"

#include <limits.h>

#include "basic/fs.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/user.h"
#include "model/name.h"

#define MODULE_FILE_MAX    (64U * 1024U)
#define MODULE_FILE_FORMAT 1

typedef struct Field {
        const char *key;
        size_t offset;
        bool required;
} Field;

static const Field texts[] = {
        { "name", offsetof(Module, name), true },
        { "version", offsetof(Module, version), true },
        { "spec", offsetof(Module, spec), false },
        { "source", offsetof(Module, source), false },
        { "integrity", offsetof(Module, integrity), false },
        { "signed_by", offsetof(Module, signed_by), false },
        { "link", offsetof(Module, link), false },
        { "user", offsetof(Module, user), false },
        { "group", offsetof(Module, group), false },
        { "env", offsetof(Module, env), false },
};

static const Field flags[] = {
        { "ignore_scripts", offsetof(Module, ignore_scripts), false },
        { "scripts_network", offsetof(Module, scripts_network), false },
};

static bool *flag_of(const Module *m, const Field *f) {
        return (bool *) ((char *) m + f->offset);
}

static char **text_of(const Module *m, const Field *f) {
        return (char **) ((char *) m + f->offset);
}

void module_done(Module *m) {
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                free(*text_of(m, texts + i));
        strv_free(m->args);
        free(m->release);
        free(m->package);
        free(m->home);
        *m = (Module) {};
}

static int parse_texts(json_object *o, Error *e, Module *m) {
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                const char *s = json_get_string(o, texts[i].key);

                if (!s && (texts[i].required || json_get(o, texts[i].key)))
                        return error_set(e, -EBADMSG, "field '%s' must be a string", texts[i].key);
                if (free_and_strdup(text_of(m, texts + i), s) < 0)
                        return -ENOMEM;
        }
        if (!module_name_is_valid(m->name))
                return error_set(e, -EBADMSG, "field 'name' is not a valid module name");
        return 0;
}

static int parse_args(json_object *o, Error *e, Module *m) {
        json_object *args = json_get(o, "args");
        size_t n = json_object_is_type(args, json_type_array) ? json_object_array_length(args) : 0;

        if (args && n == 0)
                return error_set(e, -EBADMSG, "field 'args' must be a list of strings");
        for (size_t i = 0; i < n; i++) {
                json_object *word = json_object_array_get_idx(args, i);

                if (!json_object_is_type(word, json_type_string))
                        return error_set(e, -EBADMSG, "field 'args' must be a list of strings");
                if (strv_extend(&m->args, json_object_get_string(word)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* -- the folder that was linked ---------------------------------------------------------------- */

static const Field numbers[] = {
        { "device", offsetof(LinkedFolder, device), true },
        { "inode", offsetof(LinkedFolder, inode), true },
        { "filesystem", offsetof(LinkedFolder, filesystem), false },
};

static int parse_linked(json_object *o, Error *e, LinkedFolder *ret) {
        LinkedFolder l = { .recorded = true, .user = UID_NONE };
        uint64_t owner, user;

        if (!o)
                return 0;
        if (!json_get_uint(o, "owner", &owner) || owner >= UID_NONE)
                return error_set(e, -EBADMSG, "field 'linked.owner' must be a UID");
        l.owner = (uid_t) owner;
        if (json_has(o, "user")) {
                if (!json_get_uint(o, "user", &user) || user >= UID_NONE)
                        return error_set(e, -EBADMSG, "field 'linked.user' must be a UID");
                l.user = (uid_t) user;
        }
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                uint64_t *number = (uint64_t *) ((char *) &l + numbers[i].offset);

                if (!json_get_uint(o, numbers[i].key, number) &&
                    (numbers[i].required || json_has(o, numbers[i].key)))
                        return error_set(e, -EBADMSG, "field 'linked.%s' must be a number",
                                         numbers[i].key);
        }
        *ret = l;
        return 0;
}

static int add_linked(json_object *o, const LinkedFolder *l) {
        json_object *linked;
        int r;

        if (!l->recorded)
                return 0;
        linked = json_object_new_object();
        r = json_add(o, "linked", linked);
        if (r < 0)
                return r;
        r = json_add_uint(linked, "owner", l->owner);
        if (r < 0)
                return r;
        if (l->user != UID_NONE) {
                r = json_add_uint(linked, "user", l->user);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                r = json_add_uint(linked, numbers[i].key,
                                  *(const uint64_t *) ((const char *) l + numbers[i].offset));
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -- all of it --------------------------------------------------------------------------------- */

static int parse_module(json_object *o, Error *e, Module *m) {
        int64_t id = json_get_int(o, "pm_id", -1), installed = json_get_int(o, "installed", 0);
        int r;

        if (!json_object_is_type(o, json_type_object) || !json_has(o, "format"))
                return error_set(e, -EBADMSG, "it does not describe an installed module");
        if (json_get_int(o, "format", 0) > MODULE_FILE_FORMAT)
                return error_set(
                        e, -EPROTO,
                        "it was written by a newer pm2ctl (format %lld, this one reads %d)",
                        (long long) json_get_int(o, "format", 0), MODULE_FILE_FORMAT);
        if (id < 0 || id > INT_MAX)
                return error_set(e, -EBADMSG, "field 'pm_id' must be a number");

        m->pm_id = (unsigned) id;
        m->installed_usec = installed > 0 ? (uint64_t) installed : 0;
        for (size_t i = 0; i < ELEMENTSOF(flags); i++)
                *flag_of(m, flags + i) = json_get_bool(o, flags[i].key, false);
        r = parse_linked(json_get(o, "linked"), e, &m->linked);
        if (r < 0)
                return r;
        r = parse_args(o, e, m);
        return r < 0 ? r : parse_texts(o, e, m);
}

int module_file_read(int fd, const char *path, Error *e, Module *ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        _cleanup_(module_done) Module m = {};
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(fd, path, MODULE_FILE_MAX, &text, &size);
        if (r < 0)
                return r;
        r = json_parse(text, size, e, &o);
        if (r < 0)
                return r;
        r = parse_module(o, e, &m);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(m);
        return 0;
}

static int add_fields(json_object *o, const Module *m) {
        int r;

        r = json_add_uint(o, "format", MODULE_FILE_FORMAT);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                r = json_add_string(o, texts[i].key, *text_of(m, texts + i));
                if (r < 0)
                        return r;
        }
        r = json_add_uint(o, "pm_id", m->pm_id);
        if (r < 0)
                return r;
        r = json_add_uint(o, "installed", m->installed_usec);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(flags); i++) {
                r = *flag_of(m, flags + i) ? json_add_bool(o, flags[i].key, true) : 0;
                if (r < 0)
                        return r;
        }
        r = strv_length(m->args) > 0 ? json_add_strv(o, "args", m->args) : 0;
        return r < 0 ? r : add_linked(o, &m->linked);
}

int module_file_write(int release_fd, const Module *m) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        const char *text;
        int r;

        assert(m->name && m->version);

        if (!o)
                return -ENOMEM;
        r = add_fields(o, m);
        if (r < 0)
                return r;

        text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
                                                         JSON_C_TO_STRING_NOSLASHESCAPE);
        if (!text)
                return -ENOMEM;
        return write_file_atomic_at(release_fd, MODULE_FILE, text, strlen(text), 0644);
}
