/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/npmrc-parse.h"

#include "basic/json.h"
#include "basic/string-util.h"
#include "basic/strv.h"

#define BLANKS " \t\v\f"

/* Cuts blanks off both ends of a text that may be written to. */
static char *trim_blanks(char *s) {
        size_t n;

        s += strspn(s, BLANKS);
        n = strlen(s);
        while (n > 0 && strchr(BLANKS, s[n - 1]))
                n--;
        s[n] = 0;
        return s;
}

/* What stands between quotes is JSON where it is valid JSON, else taken as it is; between single
 * quotes it is so only without them. */
static int unquote_value(char *s, char **ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        size_t n = strlen(s);
        const char *text;

        if (s[0] == '\'') {
                s[n - 1] = 0;
                s++;
        }

        if (json_parse(s, strlen(s), /* e= */ NULL, &o) < 0 || !o)
                text = s;
        else
                text = json_string(o) ?: json_text(o);
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

/* Drops an unescaped comment; a backslash escapes itself and the signs a comment begins with. */
static void cut_comment(char *s) {
        char *t = s;

        for (; *s && !strchr(";#", *s); s++) {
                if (*s == '\\' && s[1] && strchr("\\;#", s[1]))
                        s++;
                *t++ = *s;
        }
        *t = 0;
}

static int clean_value(char *s, char **ret) {
        size_t n;

        s = trim_blanks(s);
        n = strlen(s);
        if (n > 1 && (s[0] == '"' || s[0] == '\'') && s[n - 1] == s[0])
                return unquote_value(s, ret);

        cut_comment(s);
        *ret = strdup(trim_blanks(s));
        return *ret ? 0 : -ENOMEM;
}

static bool is_section(const char *line) {
        const char *end = strchr(line, ']');

        return line[0] == '[' && end && end[1 + strspn(end + 1, BLANKS)] == 0;
}

static int parse_line(char *line,
                      int (*found)(void *userdata, const char *key, bool array, const char *value),
                      void *userdata) {
        _cleanup_(freep) char *key = NULL, *value = NULL;
        char *equals = strchr(line, '=');
        bool array = false;
        size_t n;
        int r;

        if (equals == line)
                return 0;
        if (equals)
                *equals = 0;

        r = clean_value(line, &key);
        if (r < 0)
                return r;
        if (equals)
                r = clean_value(equals + 1, &value);
        else
                r = free_and_strdup(&value, "true");
        if (r < 0)
                return r;

        n = strlen(key);
        if (n > 2 && endswith(key, "[]")) {
                array = true;
                key[n - 2] = 0;
        }
        return found(userdata, key, array, value);
}

int npmrc_parse(const char *text, size_t size, Error *e,
                int (*found)(void *userdata, const char *key, bool array, const char *value),
                void *userdata) {
        _cleanup_(freep) char *copy = NULL;
        char *state;

        if (memchr(text, 0, size) || !utf8_is_valid(text, size))
                return error_set(e, -EINVAL,
                                 "it is not a text file (invalid UTF-8, or a NUL byte)");

        copy = strndup(text, size);
        if (!copy)
                return -ENOMEM;

        for (char *line = strtok_r(copy, "\r\n", &state); line;
             line = strtok_r(NULL, "\r\n", &state)) {
                const char *start = line + strspn(line, BLANKS);
                int r;

                if (!*start || *start == ';' || *start == '#')
                        continue;
                /* npm has no use for sections, and what stands in one is no setting of it. */
                if (is_section(line))
                        break;
                r = parse_line(line, found, userdata);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The end of the "${NAME}" or "${NAME?}" that starts at s, NULL if none does. */
static const char *variable_end(const char *s) {
        size_t n;

        if (s[0] != '$' || s[1] != '{')
                return NULL;
        n = strcspn(s + 2, "${}?");
        s += 2 + n;
        if (*s == '?')
                s++;
        return n > 0 && *s == '}' ? s + 1 : NULL;
}

static int write_variable(FILE *f, const char *s, const char *end, char *const *environment) {
        _cleanup_(freep) char *name = NULL;
        bool optional = end[-2] == '?';
        const char *value;

        name = strndup(s + 2, (size_t) (end - s) - 3 - optional);
        if (!name)
                return -ENOMEM;
        value = strv_env_get(environment, name);
        if (value)
                (void) fputs(value, f);
        else if (!optional)
                (void) fprintf(f, "${%s}", name);
        return 0;
}

int npmrc_expand(const char *text, char *const *environment, char **ret) {
        _cleanup_(freep) char *expanded = NULL;
        _cleanup_(fclosep) FILE *f = NULL;
        size_t size;

        f = open_memstream(&expanded, &size);
        if (!f)
                return -ENOMEM;

        while (*text) {
                size_t slashes = strspn(text, "\\");
                const char *end = variable_end(text + slashes);
                int r;

                if (!end) {
                        (void) fwrite(text, 1, slashes + (text[slashes] != 0), f);
                        text += slashes + (text[slashes] != 0);
                        continue;
                }

                /* Pairs of backslashes become one each; an odd one keeps the variable as text. */
                (void) fwrite(text, 1, slashes / 2, f);
                text += slashes;
                if (slashes % 2 == 1)
                        (void) fwrite(text, 1, (size_t) (end - text), f);
                else {
                        r = write_variable(f, text, end, environment);
                        if (r < 0)
                                return r;
                }
                text = end;
        }

        if (fclose(TAKE_PTR(f)) != 0)
                return -ENOMEM;
        *ret = TAKE_PTR(expanded);
        return 0;
}
