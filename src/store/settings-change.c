/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/settings-change.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "store/ini-text.h"
#include "store/settings-internal.h"
#include "store/settings-tree.h"
#include "store/settings-value.h"

static size_t find_entry(const Settings *s, const char *name) {
        size_t i;

        for (i = 0; i < s->file.n; i++)
                if (s->file.lines[i].kind == INI_ENTRY && streq(s->file.lines[i].name, name))
                        break;
        return i;
}

/* First of the comments that stand right above an entry: they go where it goes. */
static size_t with_comments(const Settings *s, size_t i) {
        while (i > 0 && ini_line_is_comment(s->file.lines + i - 1))
                i--;
        return i;
}

static void remove_lines(Settings *s, size_t from, size_t to) {
        for (size_t k = from; k < to; k++)
                ini_line_done(s->file.lines + k);
        ini_file_take(&s->file, from, to);
}

/* Returns the index of what follows. */
static size_t remove_entry(Settings *s, size_t i) {
        size_t from = with_comments(s, i);

        remove_lines(s, from, i + 1);
        return from;
}

/* Removes the entries at, above and below a name that are no leaves any more. */
static int remove_stale(Settings *s, const char *name) {
        for (size_t i = s->file.n; i-- > 0;) {
                _cleanup_(strv_freep) char **path = NULL;
                const IniLine *line = s->file.lines + i;
                json_object *value;
                int r;

                if (line->kind != INI_ENTRY || !settings_names_overlap(line->name, name))
                        continue;
                r = ini_path_parse(line->name, NULL, &path);
                if (r < 0)
                        return r;
                if (tree_get(s->tree, path, &value) == 0 || !tree_is_leaf(value))
                        i = remove_entry(s, i);
        }
        return 0;
}

static bool is_blank(const IniLine *line) {
        return line->kind == INI_OTHER && !ini_line_is_comment(line);
}

/* Takes out sections in which nothing is left, and blank lines that then end the file. */
static void remove_empty_sections(Settings *s) {
        size_t end = s->file.n;
        bool empty = true, any = false;

        for (size_t i = s->file.n; i-- > 0;) {
                if (s->file.lines[i].kind != INI_SECTION) {
                        empty = empty && is_blank(s->file.lines + i);
                        continue;
                }
                if (empty)
                        remove_lines(s, i, end);
                any = any || empty;
                empty = true;
                end = i;
        }
        while (any && s->file.n > 0 && is_blank(s->file.lines + s->file.n - 1))
                remove_lines(s, s->file.n - 1, s->file.n);
}

static int insert_text(Settings *s, size_t at, IniLine line) {
        if (!line.text) {
                ini_line_done(&line);
                return -ENOMEM;
        }
        return ini_file_insert(&s->file, at, line);
}

/* Where a new entry of a section goes: behind the last one there, in a section made if need be. */
static int find_insertion(Settings *s, Section section, size_t *ret) {
        size_t at = 0;
        char *head;
        int r;

        for (size_t i = 0; i < s->file.n; i++)
                if (s->file.lines[i].kind != INI_OTHER && s->file.lines[i].section == section)
                        at = i + 1;
        if (at == 0) {
                if (s->file.n > 0) {
                        r = insert_text(s, s->file.n, (IniLine) { .text = strdup("\n") });
                        if (r < 0)
                                return r;
                }
                if (strdupf(&head, "[%s]\n", section_to_string(section)) < 0)
                        return -ENOMEM;
                r = insert_text(s, s->file.n,
                                (IniLine) { .kind = INI_SECTION,
                                            .section = section,
                                            .name = strdup(section_to_string(section)),
                                            .text = head });
                if (r < 0)
                        return r;
                at = s->file.n;
        }
        *ret = at;
        return 0;
}

/* The comment behind an entry becomes a line above it, since the entry is written anew. */
static int lift_comment(Settings *s, size_t *i) {
        const IniLine *line = s->file.lines + *i;
        const char *p = line->text;
        char *text;
        int r;

        /* Nowhere else may a ';' follow a blank. */
        do {
                p = strchr(p + 1, ';');
                if (!p)
                        return 0;
        } while (p[-1] != ' ' && p[-1] != '\t');

        if (strdupf(&text, "%.*s\n", (int) strcspn(p, "\r\n"), p) < 0)
                return -ENOMEM;
        r = insert_text(s, *i, (IniLine) { .section = line->section, .text = text });
        if (r < 0)
                return r;
        (*i)++;
        return 0;
}

/* Moves an entry and its comments to the end of another section. */
static int move_entry(Settings *s, size_t *i, Section section) {
        _cleanup_(ini_file_done) IniFile moved = {};
        size_t from = with_comments(s, *i), n = *i + 1 - from, at;
        int r;

        moved.lines = calloc(n, sizeof(IniLine));
        if (!moved.lines)
                return -ENOMEM;
        moved.n = n;
        memcpy(moved.lines, s->file.lines + from, n * sizeof(IniLine));
        ini_file_take(&s->file, from, from + n);

        r = find_insertion(s, section, &at);
        if (r < 0)
                return r;
        for (size_t k = 0; k < n; k++) {
                moved.lines[k].section = section;
                r = ini_file_insert(&s->file, at + k, TAKE_STRUCT(moved.lines[k]));
                if (r < 0)
                        return r;
        }
        *i = at + n - 1;
        return 0;
}

typedef struct Change {
        Settings *settings;
        bool secret;
} Change;

/* Writes one leaf: into its line, a line in the section that fits it now, or a new one. */
static int write_leaf(char *const *path, json_object *value, void *userdata) {
        Change *c = userdata;
        Settings *s = c->settings;
        Section section = (c->secret ? SECTION_SECRET : 0) |
                          (json_object_is_type(value, json_type_string) ? 0 : SECTION_TYPED);
        _cleanup_(freep) char *name = NULL, *text = NULL;
        size_t i;
        int r;

        r = ini_path_format(path, &name);
        if (r < 0)
                return r;
        r = ini_entry_format(name, settings_value_text(value), &text);
        if (r < 0)
                return r;

        i = find_entry(s, name);
        if (i == s->file.n) {
                r = find_insertion(s, section, &i);
                if (r < 0)
                        return r;
                return insert_text(s, i,
                                   (IniLine) { .kind = INI_ENTRY,
                                               .section = section,
                                               .name = TAKE_PTR(name),
                                               .text = TAKE_PTR(text) });
        }

        r = lift_comment(s, &i);
        if (r < 0)
                return r;
        if (s->file.lines[i].section != section) {
                r = move_entry(s, &i, section);
                if (r < 0)
                        return r;
        }
        free(s->file.lines[i].text);
        s->file.lines[i].text = TAKE_PTR(text);
        return 0;
}

int settings_set(Settings *s, char *const *path, json_object *value, bool secret, Error *e) {
        _cleanup_(freep) char *name = NULL;
        json_object *copy;
        int r;

        assert(path && path[0]);

        STRV_FOREACH(part, path)
                if (!(*part)[0] || !utf8_is_valid(*part, strlen(*part)))
                        return error_set(e, -EINVAL,
                                         "a part of the key is empty or not valid UTF-8");
        r = settings_value_check(value, (unsigned) strv_length(path), e);
        if (r < 0)
                return r;
        r = ini_path_format(path, &name);
        if (r < 0)
                return r;

        copy = json_copy(value);
        if (value && !copy)
                return -ENOMEM;
        r = tree_put(s->tree, path, copy);
        if (r < 0)
                return r;

        /* Asked before the old entries go. */
        secret = secret || settings_is_marked(s, name);
        r = remove_stale(s, name);
        if (r < 0)
                return r;
        r = tree_walk(path, value, write_leaf, &(Change) { s, secret });
        remove_empty_sections(s);
        return r;
}

static int unset_all(Settings *s) {
        int was = json_object_object_length(s->tree) > 0;
        json_object *empty = json_object_new_object();

        if (!empty)
                return -ENOMEM;
        (void) json_object_put(s->tree);
        s->tree = empty;
        for (size_t i = s->file.n; i-- > 0;)
                if (s->file.lines[i].kind == INI_ENTRY)
                        i = remove_entry(s, i);
        remove_empty_sections(s);
        return was;
}

int settings_unset(Settings *s, char *const *path) {
        _cleanup_(freep) char *name = NULL;
        int r;

        if (!path)
                return unset_all(s);

        r = ini_path_format(path, &name);
        if (r < 0)
                return r;
        r = tree_remove(s->tree, path);
        if (r <= 0)
                return r;
        r = remove_stale(s, name);
        remove_empty_sections(s);
        return r < 0 ? r : 1;
}
