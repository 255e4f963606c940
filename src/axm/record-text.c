/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/record-text.h"

#include "axm/record.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/string-util.h"

/* Raised when a reader of this version would misread the file. */
#define RECORD_VERSION 1

/* What a member of the text is. One that is missing leaves the field alone. */
typedef enum FieldKind {
        FIELD_ID,            /* char[ID128_TEXT_MAX + 1] */
        FIELD_NUMBER,        /* uint64_t */
        FIELD_PART,          /* unsigned; left out if it is 0 */
        FIELD_POSITION,      /* JournalPosition */
        FIELD_OBJECT,        /* json_object *; left out if it is NULL */
        FIELD_FILLED_OBJECT, /* the same; left out if it is empty, too */
        FIELD_ACTIONS,       /* json_object *, an array of objects with "action_name" */
} FieldKind;

typedef struct Field {
        const char *name;
        FieldKind kind;
        size_t offset;
} Field;

static const Field record_fields[] = {
        { "invocation", FIELD_ID, offsetof(Record, invocation) },
        { "previous", FIELD_ID, offsetof(Record, previous) },
        { "stream", FIELD_ID, offsetof(Record, stream) },
        { "position", FIELD_POSITION, offsetof(Record, position) },
        { "updated", FIELD_NUMBER, offsetof(Record, updated_usec) },
        { "options", FIELD_OBJECT, offsetof(Record, options) },
        { "actions", FIELD_ACTIONS, offsetof(Record, actions) },
        { "monitor", FIELD_OBJECT, offsetof(Record, monitor) },
        { "dependencies", FIELD_FILLED_OBJECT, offsetof(Record, dependencies) },
        { "error", FIELD_OBJECT, offsetof(Record, error) },
        { "errors", FIELD_NUMBER, offsetof(Record, n_errors) },
};

static const Field position_fields[] = {
        { "series", FIELD_ID, offsetof(JournalPosition, series) },
        { "number", FIELD_NUMBER, offsetof(JournalPosition, number) },
        { "part", FIELD_PART, offsetof(JournalPosition, part) },
        { "boot", FIELD_ID, offsetof(JournalPosition, boot) },
        { "monotonic", FIELD_NUMBER, offsetof(JournalPosition, monotonic_usec) },
        { "realtime", FIELD_NUMBER, offsetof(JournalPosition, realtime_usec) },
};

/* -- reading ----------------------------------------------------------------------------------- */

static int parse_fields(json_object *o, const Field *fields, size_t n, Error *e, void *base);

static int parse_id(const char *name, json_object *value, Error *e, void *field) {
        const char *s = json_string(value);

        if (!s || (s[0] && strlen(s) != ID128_TEXT_MAX) ||
            strspn(s, "0123456789abcdef") != strlen(s))
                return error_set(e, -EBADMSG, "\"%s\" is not a 128-bit ID", name);
        (void) strcpy(field, s);
        return 0;
}

static int parse_number(const char *name, json_object *value, Error *e, void *field) {
        *(uint64_t *) field = json_object_get_uint64(value);
        return 0;
}

static int parse_part(const char *name, json_object *value, Error *e, void *field) {
        *(unsigned *) field = (unsigned) json_object_get_uint64(value);
        return 0;
}

static int parse_position(const char *name, json_object *value, Error *e, void *field) {
        return parse_fields(value, position_fields, ELEMENTSOF(position_fields), e, field);
}

static int parse_object(const char *name, json_object *value, Error *e, void *field) {
        json_object **object = field;

        json_object_putp(object);
        *object = json_object_get(value);
        return 0;
}

static int parse_actions(const char *name, json_object *value, Error *e, void *field) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
                if (!json_get_string(json_object_array_get_idx(value, i), "action_name"))
                        return error_set(e, -EBADMSG, "one of \"%s\" has no action_name", name);
        return parse_object(name, value, e, field);
}

static int parse_field(json_object *o, const Field *f, Error *e, void *base) {
        static const struct {
                json_type type;
                int (*parse)(const char *name, json_object *value, Error *e, void *field);
        } kinds[] = {
                [FIELD_ID] = { json_type_string, parse_id },
                [FIELD_NUMBER] = { json_type_int, parse_number },
                [FIELD_PART] = { json_type_int, parse_part },
                [FIELD_POSITION] = { json_type_object, parse_position },
                [FIELD_OBJECT] = { json_type_object, parse_object },
                [FIELD_FILLED_OBJECT] = { json_type_object, parse_object },
                [FIELD_ACTIONS] = { json_type_array, parse_actions },
        };
        json_object *value = json_get(o, f->name);

        if (!value)
                return 0;
        if (!json_object_is_type(value, kinds[f->kind].type))
                return error_set(e, -EBADMSG, "\"%s\" is %s", f->name, json_type_text(value));
        return kinds[f->kind].parse(f->name, value, e, (char *) base + f->offset);
}

static int parse_fields(json_object *o, const Field *fields, size_t n, Error *e, void *base) {
        int r;

        for (size_t i = 0; i < n; i++) {
                r = parse_field(o, fields + i, e, base);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_version(json_object *o, Error *e) {
        int64_t version = json_get_int(o, "version", 0);

        if (version > RECORD_VERSION)
                return error_set(e, -EPROTONOSUPPORT,
                                 "written by a newer pm2ctl (version %lld of the file, this one "
                                 "knows %d); update pm2ctl or remove the file",
                                 (long long) version, RECORD_VERSION);
        if (version < 1)
                return error_set(e, -EBADMSG, "not a record: it has no \"version\"");
        return 0;
}

int record_parse(const char *text, size_t size, Error *e, Record *ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        _cleanup_(record_done) Record record = {};
        int r;

        assert(text);
        assert(ret);

        r = json_parse(text, size, e, &o);
        if (r < 0)
                return r;
        r = check_version(o, e);
        if (r < 0)
                return r;
        r = record_init(&record);
        if (r < 0)
                return r;
        r = parse_fields(o, record_fields, ELEMENTSOF(record_fields), e, &record);
        if (r < 0)
                return r;

        record_measure(&record);
        *ret = TAKE_STRUCT(record);
        return 0;
}

/* -- writing ----------------------------------------------------------------------------------- */

typedef int (*FieldAdder)(json_object *o, const char *name, const void *field);

static int add_fields(json_object *o, const Field *fields, size_t n, const void *base);

static int add_id(json_object *o, const char *name, const void *field) {
        return json_add_string(o, name, field);
}

static int add_number(json_object *o, const char *name, const void *field) {
        return json_add_uint(o, name, *(const uint64_t *) field);
}

static int add_part(json_object *o, const char *name, const void *field) {
        unsigned part = *(const unsigned *) field;

        return part > 0 ? json_add_uint(o, name, part) : 0;
}

static int add_position(json_object *o, const char *name, const void *field) {
        _cleanup_(json_object_putp) json_object *position = json_object_new_object();
        int r;

        if (!position)
                return -ENOMEM;
        r = add_fields(position, position_fields, ELEMENTSOF(position_fields), field);
        return r < 0 ? r : json_add(o, name, TAKE_PTR(position));
}

/* Document and record both hold the value. */
static int add_object(json_object *o, const char *name, const void *field) {
        json_object *value = *(json_object *const *) field;

        return value ? json_add(o, name, json_object_get(value)) : 0;
}

static int add_filled_object(json_object *o, const char *name, const void *field) {
        json_object *value = *(json_object *const *) field;

        return json_object_object_length(value) > 0 ? add_object(o, name, field) : 0;
}

typedef int (*FieldAdder)(json_object *o, const char *name, const void *field);

static int add_fields(json_object *o, const Field *fields, size_t n, const void *base) {
        static const FieldAdder kinds[] = {
                [FIELD_ID] = add_id,          [FIELD_NUMBER] = add_number,
                [FIELD_PART] = add_part,      [FIELD_POSITION] = add_position,
                [FIELD_OBJECT] = add_object,  [FIELD_FILLED_OBJECT] = add_filled_object,
                [FIELD_ACTIONS] = add_object,
        };
        int r;

        for (size_t i = 0; i < n; i++) {
                r = kinds[fields[i].kind](o, fields[i].name,
                                          (const char *) base + fields[i].offset);
                if (r < 0)
                        return r;
        }
        return 0;
}

int record_format(const Record *record, char **ret, size_t *ret_size) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r;

        assert(record);
        assert(ret);
        assert(ret_size);

        if (!o)
                return -ENOMEM;
        r = json_add_uint(o, "version", RECORD_VERSION);
        if (r < 0)
                return r;
        r = add_fields(o, record_fields, ELEMENTSOF(record_fields), record);
        if (r < 0)
                return r;
        r = strdupf(ret, "%s\n", json_text(o));
        if (r < 0)
                return r;
        *ret_size = strlen(*ret);
        return 0;
}
