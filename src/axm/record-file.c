/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/record.h"
#include "basic/fs.h"
#include "basic/string-util.h"
#include "model/name.h"

/* Raised when a reader of this version would misread the file. */
#define RECORD_VERSION 1

#define RECORD_SUFFIX  ".json"

int record_file_name(const char *module, const char *app, unsigned instance, char **ret) {
        _cleanup_(freep) char *folder = NULL;
        int r, n;

        r = module_unit_folder(module, app, instance, &folder);
        if (r < 0)
                return r;
        n = asprintf(ret, "%s" RECORD_SUFFIX, folder);
        return n < 0 ? -ENOMEM : 0;
}

/* A member of the type wanted; one that is missing leaves `ret` alone. */
static int get_typed(json_object *o, const char *key, json_type type, Error *e, json_object **ret) {
        json_object *value = json_get(o, key);

        if (!value)
                return 0;
        if (!json_object_is_type(value, type))
                return error_set(e, -EBADMSG, "\"%s\" is %s", key, json_type_text(value));
        *ret = value;
        return 1;
}

static int parse_part(json_object *o, const char *key, json_type type, Error *e,
                      json_object **part) {
        json_object *value = NULL;
        int r;

        r = get_typed(o, key, type, e, &value);
        if (r <= 0)
                return r;
        json_object_putp(part);
        *part = json_object_get(value);
        return 0;
}

static int parse_id(json_object *o, const char *key, Error *e,
                    char ret[static ID128_TEXT_MAX + 1]) {
        json_object *value = NULL;
        const char *s;
        int r;

        r = get_typed(o, key, json_type_string, e, &value);
        if (r <= 0)
                return r;
        s = json_string(value);
        if (!s || (s[0] && strlen(s) != ID128_TEXT_MAX) ||
            strspn(s, "0123456789abcdef") != strlen(s))
                return error_set(e, -EBADMSG, "\"%s\" is no 128-bit id", key);
        (void) snprintf(ret, ID128_TEXT_MAX + 1, "%s", s);
        return 0;
}

static int parse_number(json_object *o, const char *key, Error *e, uint64_t *ret) {
        json_object *value = NULL;
        int r;

        r = get_typed(o, key, json_type_int, e, &value);
        if (r > 0)
                *ret = json_object_get_uint64(value);
        return MIN2(r, 0);
}

static int parse_position(json_object *o, Error *e, JournalPosition *ret) {
        json_object *position = NULL;
        uint64_t part = 0;
        int r;

        r = get_typed(o, "position", json_type_object, e, &position);
        if (r <= 0)
                return r;
        r = parse_id(position, "series", e, ret->series);
        if (r >= 0)
                r = parse_number(position, "number", e, &ret->number);
        if (r >= 0)
                r = parse_number(position, "part", e, &part);
        if (r >= 0)
                r = parse_id(position, "boot", e, ret->boot);
        if (r >= 0)
                r = parse_number(position, "monotonic", e, &ret->monotonic_usec);
        if (r >= 0)
                r = parse_number(position, "realtime", e, &ret->realtime_usec);
        ret->part = (unsigned) part;
        return r;
}

static int parse_actions(json_object *o, Error *e, Record *record) {
        int r;

        r = parse_part(o, "actions", json_type_array, e, &record->actions);
        if (r < 0)
                return r;
        for (size_t i = 0; i < json_object_array_length(record->actions); i++)
                if (!json_get_string(json_object_array_get_idx(record->actions, i), "action_name"))
                        return error_set(e, -EBADMSG, "one of \"actions\" has no action_name");
        return 0;
}

static int parse_document(json_object *o, Error *e, Record *record) {
        int64_t version;
        int r;

        version = json_get_int(o, "version", 0);
        if (version > RECORD_VERSION)
                return error_set(e, -EPROTONOSUPPORT,
                                 "written by a newer pm2ctl (version %lld of the file, this one "
                                 "knows %d); update pm2ctl or remove the file",
                                 (long long) version, RECORD_VERSION);
        if (version < 1)
                return error_set(e, -EBADMSG, "no record: it has no \"version\"");

        r = parse_id(o, "invocation", e, record->invocation);
        if (r >= 0)
                r = parse_id(o, "previous", e, record->previous);
        if (r >= 0)
                r = parse_id(o, "stream", e, record->stream);
        if (r >= 0)
                r = parse_position(o, e, &record->position);
        if (r >= 0)
                r = parse_number(o, "updated", e, &record->updated_usec);
        if (r >= 0)
                r = parse_part(o, "options", json_type_object, e, &record->options);
        if (r >= 0)
                r = parse_actions(o, e, record);
        if (r >= 0)
                r = parse_part(o, "monitor", json_type_object, e, &record->monitor);
        if (r >= 0)
                r = parse_part(o, "dependencies", json_type_object, e, &record->dependencies);
        if (r >= 0)
                r = parse_part(o, "error", json_type_object, e, &record->error);
        if (r >= 0)
                r = parse_number(o, "errors", e, &record->n_errors);
        return r;
}

int record_parse(const char *text, size_t size, Error *e, Record *ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        _cleanup_(record_done) Record record = {};
        int r;

        r = json_parse(text, size, e, &o);
        if (r >= 0)
                r = record_init(&record);
        if (r >= 0)
                r = parse_document(o, e, &record);
        if (r < 0)
                return r;

        record_measure(&record);
        *ret = record;
        record = (Record){};
        return 0;
}

/* Borrows a value: the document and the record both hold it. */
static int add_borrowed(json_object *o, const char *key, json_object *value) {
        return value ? json_add(o, key, json_object_get(value)) : 0;
}

static int add_position(json_object *o, const JournalPosition *p) {
        _cleanup_(json_object_putp) json_object *position = json_object_new_object();
        int r;

        if (!position)
                return -ENOMEM;
        r = json_add_string(position, "series", p->series);
        if (r >= 0)
                r = json_add_uint(position, "number", p->number);
        if (r >= 0 && p->part > 0)
                r = json_add_uint(position, "part", p->part);
        if (r >= 0)
                r = json_add_string(position, "boot", p->boot);
        if (r >= 0)
                r = json_add_uint(position, "monotonic", p->monotonic_usec);
        if (r >= 0)
                r = json_add_uint(position, "realtime", p->realtime_usec);
        return r < 0 ? r : json_add(o, "position", TAKE_PTR(position));
}

int record_format(const Record *record, char **ret, size_t *ret_size) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r, n;

        if (!o)
                return -ENOMEM;

        r = json_add_uint(o, "version", RECORD_VERSION);
        if (r >= 0)
                r = json_add_string(o, "invocation", record->invocation);
        if (r >= 0)
                r = json_add_string(o, "previous", record->previous);
        if (r >= 0)
                r = json_add_string(o, "stream", record->stream);
        if (r >= 0)
                r = add_position(o, &record->position);
        if (r >= 0)
                r = json_add_uint(o, "updated", record->updated_usec);
        if (r >= 0)
                r = add_borrowed(o, "options", record->options);
        if (r >= 0)
                r = add_borrowed(o, "actions", record->actions);
        if (r >= 0)
                r = add_borrowed(o, "monitor", record->monitor);
        if (r >= 0 && json_object_object_length(record->dependencies) > 0)
                r = add_borrowed(o, "dependencies", record->dependencies);
        if (r >= 0)
                r = add_borrowed(o, "error", record->error);
        if (r >= 0)
                r = json_add_uint(o, "errors", record->n_errors);
        if (r < 0)
                return r;

        n = asprintf(ret, "%s\n", json_text(o));
        if (n < 0)
                return -ENOMEM;
        *ret_size = (size_t) n;
        return 0;
}

int record_load_at(int dir_fd, const char *name, Error *e, Record *ret) {
        _cleanup_(freep) char *text = NULL, *folder = NULL;
        size_t size;
        int r;

        r = read_file_at(dir_fd, name, RECORD_FILE_MAX, &text, &size);
        if (r == -ENOENT)
                return 0;
        if (r == -EFBIG)
                r = error_set(e, -EBADMSG, "larger than %u bytes", RECORD_FILE_MAX);
        if (r >= 0)
                r = record_parse(text, size, e, ret);
        if (r >= 0)
                return 1;

        (void) fd_path(dir_fd, &folder);
        return error_prefix(e, r, "%s/%s", folder ? folder : ".", name);
}

int record_save_at(int dir_fd, const char *name, const Record *record, Error *e) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = record_format(record, &text, &size);
        if (r >= 0)
                r = write_file_atomic_at(dir_fd, name, text, size, 0640);
        return r < 0 ? error_prefix(e, r, "%s", name) : 0;
}

int record_remove_at(int dir_fd, const char *module, Error *e) {
        _cleanup_(closedirp) DIR *d = NULL;
        _cleanup_(freep) char *folder = NULL;
        int r;

        r = module_folder_from_name(module, &folder);
        if (r < 0)
                return r;

        r = opendir_at(dir_fd, ".", &d);
        if (r < 0)
                return r;

        for (struct dirent *f; (f = readdir(d));) {
                const char *rest = startswith(f->d_name, folder);

                /* "tool.json" and "tool@worker.json", but neither "tool2.json" nor "tool.x.json" */
                if (!rest || !(streq(rest, RECORD_SUFFIX) ||
                               (rest[0] == '@' && endswith(rest, RECORD_SUFFIX))))
                        continue;
                if (unlinkat(dir_fd, f->d_name, 0) < 0 && errno != ENOENT)
                        return error_set(e, -errno, "%s: %s", f->d_name, strerror(errno));
        }
        return 0;
}
