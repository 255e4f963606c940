/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/settings.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/key.h"
#include "model/secret.h"
#include "store/ini-parse.h"
#include "store/ini-text.h"
#include "store/settings-internal.h"
#include "store/settings-tree.h"
#include "store/settings-value.h"

static const char *const section_names[_SECTION_MAX] = {
        [0] = "settings",
        [SECTION_TYPED] = "json",
        [SECTION_SECRET] = "secret",
        [SECTION_SECRET | SECTION_TYPED] = "secret-json",
};

const char *section_to_string(Section section) {
        assert(section >= 0 && section < _SECTION_MAX);

        return section_names[section];
}

static Section section_from_string(const char *name) {
        for (Section i = 0; i < _SECTION_MAX; i++)
                if (streq(section_names[i], name))
                        return i;
        return _SECTION_INVALID;
}

Settings *settings_free(Settings *s) {
        if (!s)
                return NULL;
        ini_file_done(&s->file);
        json_object_putp(&s->tree);
        free(s);
        return NULL;
}

/* Whether a name is `root` or below it. */
static bool name_is_within(const char *name, const char *root) {
        const char *rest = startswith(name, root);

        return rest && (*rest == 0 || *rest == '.');
}

bool settings_names_overlap(const char *a, const char *b) {
        return name_is_within(a, b) || name_is_within(b, a);
}

bool settings_is_marked(const Settings *s, const char *name) {
        for (size_t i = 0; i < s->file.n; i++)
                if (s->file.lines[i].kind == INI_ENTRY &&
                    (s->file.lines[i].section & SECTION_SECRET) &&
                    settings_names_overlap(s->file.lines[i].name, name))
                        return true;
        return false;
}

/* -- reading ----------------------------------------------------------------------------------- */

static int refuse_conflict(const Settings *s, const IniLine *line, Error *e) {
        const IniLine *other = s->file.lines;

        while (other->kind != INI_ENTRY || !settings_names_overlap(other->name, line->name))
                other++;
        if (streq(other->name, line->name))
                return error_set(e, -EBADMSG, "line %u: '%s' is set in line %u already",
                                 line->number, line->name, other->number);
        return error_set(e, -EBADMSG, "line %u: '%s' and '%s' of line %u exclude each other",
                         line->number, line->name, other->name, other->number);
}

static int read_typed_value(const IniLine *line, unsigned depth, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *value = NULL;
        int r;

        r = settings_value_parse(line->value, e, &value);
        if (r < 0)
                return r;
        r = settings_value_check(value, depth, e);
        if (r < 0)
                return r;
        /* One line for each leaf: what is set later has its own line to replace. */
        if (!tree_is_leaf(value))
                return error_set(e, -EINVAL,
                                 "an object's members are written one by one, as %s.MEMBER = VALUE",
                                 line->name);
        *ret = TAKE_PTR(value);
        return 0;
}

static int read_value(const IniLine *line, unsigned depth, Error *e, json_object **ret) {
        int r;

        if (!(line->section & SECTION_TYPED)) {
                *ret = json_object_new_string(line->value);
                return *ret ? 0 : -ENOMEM;
        }
        r = read_typed_value(line, depth, e, ret);
        if (r == -EINVAL || r == -EBADMSG) {
                (void) error_prefix(e, r, "line %u: value of '%s'", line->number, line->name);
                return -EBADMSG;
        }
        return r;
}

/* Puts an entry into the tree, and spells its name canonically. */
static int take_entry(Settings *s, IniLine *line, Error *e) {
        _cleanup_(strv_freep) char **path = NULL;
        json_object *value = NULL;
        int r;

        r = ini_path_parse(line->name, e, &path);
        if (r == -EBADMSG)
                return error_prefix(e, r, "line %u", line->number);
        if (r < 0)
                return r;
        if (strv_length(path) > KEY_DEPTH_MAX)
                return error_set(e, -EBADMSG, "line %u: the key has more than %d parts",
                                 line->number, KEY_DEPTH_MAX);

        free(line->name);
        line->name = NULL;
        r = ini_path_format(path, &line->name);
        if (r < 0)
                return r;
        if (tree_has_conflict(s->tree, path))
                return refuse_conflict(s, line, e);

        r = read_value(line, (unsigned) strv_length(path), e, &value);
        if (r < 0)
                return r;
        free(line->value);
        line->value = NULL;
        return tree_put(s->tree, path, value);
}

static int take_lines(Settings *s, Error *e) {
        Section section = 0;
        int r;

        for (size_t i = 0; i < s->file.n; i++) {
                IniLine *line = s->file.lines + i;

                if (line->kind == INI_SECTION) {
                        section = section_from_string(line->name);
                        if (section < 0)
                                return error_set(e, -EBADMSG,
                                                 "line %u: unknown section [%s]; known are "
                                                 "[settings], [json], [secret] and [secret-json]",
                                                 line->number, line->name);
                }
                line->section = section;
                if (line->kind == INI_ENTRY) {
                        r = take_entry(s, line, e);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

static int read_lines(Settings *s, const char *text, size_t size, Error *e) {
        int r;

        r = ini_file_parse(text, size, e, &s->file);
        return r < 0 ? r : take_lines(s, e);
}

int settings_parse(const char *text, size_t size, const char *origin, Error *e, Settings **ret) {
        _cleanup_(settings_freep) Settings *s = NULL;
        int r;

        s = calloc(1, sizeof(Settings));
        if (!s)
                return -ENOMEM;
        s->tree = json_object_new_object();
        if (!s->tree)
                return -ENOMEM;

        r = read_lines(s, text, size, e);
        if (r == -EBADMSG || r == -EFBIG)
                return error_prefix(e, r, "%s", origin);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}

/* -- asking ------------------------------------------------------------------------------------ */

json_object *settings_tree(const Settings *s) {
        return s->tree;
}

int settings_get(const Settings *s, char *const *path, json_object **ret) {
        return tree_get(s->tree, path, ret);
}

int settings_text(const Settings *s, char **ret, size_t *ret_size) {
        return ini_file_text(&s->file, ret, ret_size);
}

bool settings_is_empty(const Settings *s) {
        for (size_t i = 0; i < s->file.n; i++)
                if (s->file.lines[i].kind == INI_ENTRY || ini_line_is_comment(s->file.lines + i))
                        return false;
        return true;
}

int settings_foreach(const Settings *s, SettingsVisit visit, void *userdata) {
        for (size_t i = 0; i < s->file.n; i++) {
                _cleanup_(strv_freep) char **path = NULL;
                const IniLine *line = s->file.lines + i;
                json_object *value;
                int r;

                if (line->kind != INI_ENTRY)
                        continue;
                r = ini_path_parse(line->name, NULL, &path);
                if (r < 0)
                        return r;
                if (tree_get(s->tree, path, &value) == 0)
                        continue;
                r = visit(path, value, (line->section & SECTION_SECRET) || path_is_secret(path),
                          userdata);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int looks_secret(char *const *path, json_object *value, void *userdata) {
        return path_is_secret(path);
}

bool settings_is_secret(const Settings *s, char *const *path) {
        _cleanup_(freep) char *name = NULL;
        json_object *value;

        if (ini_path_format(path, &name) < 0)
                return true;
        if (path_is_secret(path) || settings_is_marked(s, name))
                return true;
        return tree_get(s->tree, path, &value) > 0 &&
               tree_walk(path, value, looks_secret, NULL) != 0;
}
