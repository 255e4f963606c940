/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/key.h"
#include "store/ini-text.h"
#include "store/settings-change.h"
#include "store/settings-value.h"
#include "store/settings.h"
#include "tap.h"

#define PATH(...) ((char *[]) { __VA_ARGS__, NULL })

static Settings *parse(const char *text) {
        Error e = ERROR_NULL;
        Settings *s = NULL;

        if (settings_parse(text, strlen(text), "test", &e, &s) < 0)
                printf("# %s\n", error_text(&e, 0));
        error_clear(&e);
        return s;
}

/* -- reading: `want` is the tree as JSON, or what the error says after "test: " ------------------
 */

static void test_read(void) {
        static const struct {
                const char *text, *want;
        } cases[] = {
                { "", "{}" },
                { "\n", "{}" },
                { "# only a comment", "{}" },
                { "\xef\xbb\xbf[settings]\na = 1\n", "{\"a\":\"1\"}" },
                { "[settings]\na = 1", "{\"a\":\"1\"}" },
                { "[settings]\r\na = 1\r\n", "{\"a\":\"1\"}" },
                { "[settings]\na=1\nb:2\n c d = 3\n", "line 4: it is indented" },
                { "[settings]\n  a b = x y  \n", "{\"a b\":\"x y\"}" },
                { "[settings]\npath = C:\\new\n", "{\"path\":\"C:\\\\new\"}" },
                { "[settings]\na = it's \"so\"\n", "{\"a\":\"it's \\\"so\\\"\"}" },
                { "[settings]\na = x ; comment\nb = x;y\n", "{\"a\":\"x\",\"b\":\"x;y\"}" },
                { "[settings]\na =\nb = \"\"\n", "{\"a\":\"\",\"b\":\"\"}" },
                { "[settings]\na = \" x \\\"\\\\\\n\\t\\r\\x3b \"\n",
                  "{\"a\":\" x \\\"\\\\\\n\\t\\r; \"}" },
                { "[settings]\na = \"one \\\n    two\\\n\tthree\"\n", "{\"a\":\"one twothree\"}" },
                { "[settings]\na = \"one \\\n    two\"\nb = 2\n",
                  "{\"a\":\"one two\",\"b\":\"2\"}" },
                { "[settings]\na.b.c = 1\na.d = 2\n", "{\"a\":{\"b\":{\"c\":\"1\"},\"d\":\"2\"}}" },
                { "[settings]\n\"a.b\".\"\\x3d\\\"\" = 1\n", "{\"a.b\":{\"=\\\"\":\"1\"}}" },
                { "[settings]\nключ = да\n", "{\"ключ\":\"да\"}" },
                { "[settings]\n\"\" = long\n\"\" = 1\n", "{\"long\":\"1\"}" },
                { "[settings]\n\"\" = \"lo\\\n ng.key\"\n\"\" = \"a\\\n b\"\nb=1\n",
                  "{\"long\":{\"key\":\"ab\"},\"b\":\"1\"}" },
                { "[json]\na = 1\nb = [1, {\"x\": null}]\nc = true\nd = null\ne = {}\nf = 1.50\n",
                  "{\"a\":1,\"b\":[1,{\"x\":null}],\"c\":true,\"d\":null,\"e\":{},\"f\":1.50}" },
                { "[secret]\na = 1\n[secret-json]\nb = 2\n[settings]\nc = 3\n[settings] ; "
                  "again\nd=4",
                  "{\"a\":\"1\",\"b\":2,\"c\":\"3\",\"d\":\"4\"}" },
                { "[settings]\n__proto__ = 1\nconstructor.prototype = 2\n",
                  "{\"__proto__\":\"1\",\"constructor\":{\"prototype\":\"2\"}}" },

                { "a = 1\n", "line 1: an entry stands before" },
                { "[settings]\nnonsense\n", "line 2: expected a [section]" },
                { "[settings]\n = 1\n", "line 2: there is no key" },
                { "[settings]\na. = 1\n", "line 2: a part of the key is empty" },
                { "[settings]\n.a = 1\n", "line 2: a part of the key is empty" },
                { "[settings]\na\"b = 1\n", "line 2: a double quote is in the middle" },
                { "[settings]\n\"a = 1\n", "line 2: a double quote in the key" },
                { "[settings]\n\"a\"b = 1\n", "line 2: a double quote is in the middle" },
                { "[settings\na = 1\n", "line 1: a section's name is not closed" },
                { "[settings] a = 1\n", "line 1: unexpected text after a section's name" },
                { "[setting]\na = 1\n", "line 1: unknown section [setting]" },
                { "[settings-and-so-on-for-more-than-the-forty-nine-bytes-of-libinih]\na = 1\n",
                  "line 1: unknown section" },
                { "[settings]\na = 1\n  b = 2\n", "line 3: it is indented" },
                { "[settings]\na = \"x\n", "line 2: a double quote is not closed" },
                { "[settings]\na = \"x ; y\"\n", "line 2: a double quote is not closed" },
                { "[settings]\na = \"x\" y\n", "line 2: unexpected text after" },
                { "[settings]\na = \"\\q\"\n", "line 2: '\\q' is not a valid escape" },
                { "[settings]\na = \"\\x4\"\n", "line 2: '\\x' is not a valid escape" },
                { "[settings]\na = \"\\x00\"\n", "line 2: the escapes do not make a valid" },
                { "[settings]\na = \"\\xff\"\n", "line 2: the escapes do not make a valid" },
                { "[settings]\na = \"x\\\n", "line 2: the file ends within" },
                { "[settings]\na = \"x\\\nb = 1\n", "line 3: the value in double quotes above" },
                { "[settings]\na = \"x\\\n\n  y\"\n", "line 3: the value in double quotes above" },
                { "[settings]\na = \"x\\\n  y ;z\"\n", "line 3: a ';' after a blank starts" },
                { "[settings]\na = \"x\\\n# no\n  y\"\n", "line 3: the value in double quotes" },
                { "[settings]\na = \"x\\\n[settings]\n", "line 3: the value in double quotes" },
                { "[settings]\n\"\" = a\n", "line 2: the value of the long key is missing" },
                { "[settings]\n\"\" = a\nb = 1\n", "line 3: the value of the long key above" },
                { "[settings]\n\"\" = a\n# no\n\"\" = 1\n", "line 3: the value of the long key" },
                { "[settings]\n\"\" = \"\"\n\"\" = 1\n", "line 2: a part of the key is empty" },
                { "[settings]\na = 1\nb = 2\na = 3\n", "line 4: 'a' is set in line 2 already" },
                { "[settings]\na = 1\na.b = 2\n", "line 3: 'a.b' and 'a' of line 2" },
                { "[settings]\na.b = 1\n[json]\n\"a\" = {}\n", "line 4: 'a' and 'a.b' of line 2" },
                { "[json]\na = {}\na.b = 1\n", "line 3: 'a.b' and 'a' of line 2" },
                { "[json]\na = text\n", "line 2: value of 'a': not valid JSON" },
                { "[json]\na = {\"b\": 1}\n", "line 2: value of 'a': an object's members" },
                { "[json]\na = 98765432109876543210\n", "line 2: value of 'a': a number does not" },
                { "[json]\na = [\"\\u0000\"]\n", "line 2: value of 'a': it contains a NUL" },
                { "[json]\na = NaN\n", "line 2: value of 'a': not valid JSON" },
                { "[settings]\na = \xff\n", "line 2: it is not valid UTF-8" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Error e = ERROR_NULL;
                _cleanup_(settings_freep) Settings *s = NULL;
                int r;

                r = settings_parse(cases[i].text, strlen(cases[i].text), "test", &e, &s);
                if (cases[i].want[0] == '{')
                        ok_str(s ? json_text(settings_tree(s)) : error_text(&e, r), cases[i].want);
                else {
                        const char *rest = startswith(error_text(&e, r), "test: ");

                        ok(r == -EBADMSG && !s);
                        ok(rest && startswith(rest, cases[i].want));
                        printf("# %s\n", error_text(&e, r));
                }
                error_clear(&e);
        }
}

static void test_read_limits(void) {
        char line[300] = "[settings]\na = ";
        Error e = ERROR_NULL;
        Settings *s = NULL;

        /* the longest line a stock libinih reads whole, and one byte more */
        memset(line + strlen(line), 'x', 193);
        s = parse(line);
        ok(s && strlen(json_get_string(settings_tree(s), "a")) == 193);
        s = settings_free(s);
        strcat(line, "x");
        ok(settings_parse(line, strlen(line), "test", &e, &s) == -EBADMSG);
        ok(strstr(error_text(&e, 0), "line 2: longer than 197 bytes"));
        error_clear(&e);

        ok(settings_parse("[settings]\na = \0b\n", 18, "test", &e, &s) == -EBADMSG);
        ok_str(error_text(&e, 0), "test: line 2: it contains a NUL byte");
        error_clear(&e);
}

/* -- changing -----------------------------------------------------------------------------------
 */

static void check_text(const Settings *s, const char *want) {
        char *text;
        size_t size;

        ok(settings_text(s, &text, &size) >= 0);
        ok(strlen(text) == size);
        ok_str(text, want);
        free(text);
}

static void set(Settings *s, char *const *path, const char *json, bool secret) {
        _cleanup_(json_object_putp) json_object *value = NULL;

        ok(settings_value_parse(json, NULL, &value) >= 0);
        ok(settings_set(s, path, value, secret, NULL) >= 0);
}

static void test_rewrite(void) {
        static const char before[] =
                "# managed by hand\n\n[settings]\n# the drive\ndrive = / ; root\n"
                "  # kept\nb = \"x\\\n   y\"\n\n# the end\n[json]\nn = 1\n";
        char drive[] = "drive", b[] = "b", n[] = "n", c[] = "c", x[] = "x", y[] = "y";
        _cleanup_(settings_freep) Settings *s = parse(before);

        check_text(s, before);
        set(s, PATH(n), "1", false);
        check_text(s, before);

        set(s, PATH(drive), "\"/srv\"", false);
        set(s, PATH(c), "\"new\"", false);
        check_text(s, "# managed by hand\n\n[settings]\n# the drive\n; root\ndrive = /srv\n"
                      "  # kept\nb = \"x\\\n   y\"\nc = new\n\n# the end\n[json]\nn = 1\n");

        /* another type is another section; the comments go along */
        set(s, PATH(drive), "false", false);
        set(s, PATH(n), "\"one\"", false);
        check_text(s, "# managed by hand\n\n[settings]\n"
                      "  # kept\nb = \"x\\\n   y\"\nc = new\nn = one\n\n# the end\n[json]\n"
                      "# the drive\n; root\ndrive = false\n");

        /* an object is written leaf by leaf, and takes the place of what was there */
        set(s, PATH(b), "{\"x\":\"1\",\"y\":[],\"z\":{}}", false);
        ok_str(json_text(settings_tree(s)), "{\"drive\":false,\"b\":{\"x\":\"1\",\"y\":[],"
                                            "\"z\":{}},\"n\":\"one\",\"c\":\"new\"}");
        set(s, PATH(b, y), "{\"p\":1}", false);
        set(s, PATH(c, x), "\"2\"", false);
        check_text(s, "# managed by hand\n\n[settings]\n"
                      "n = one\nb.x = 1\nc.x = 2\n\n# the end\n[json]\n"
                      "# the drive\n; root\ndrive = false\nb.z = {}\nb.y.p = 1\n");
        set(s, PATH(b), "null", false);
        set(s, PATH(c), "\"\"", false);
        check_text(s, "# managed by hand\n\n[settings]\n"
                      "n = one\nc = \"\"\n\n# the end\n[json]\n"
                      "# the drive\n; root\ndrive = false\nb = null\n");

        ok(settings_unset(s, PATH(drive)) == 1);
        ok(settings_unset(s, PATH(drive)) == 0);
        ok(settings_unset(s, PATH(n, x)) == 0);
        check_text(s, "# managed by hand\n\n[settings]\n"
                      "n = one\nc = \"\"\n\n# the end\n[json]\nb = null\n");
        ok(settings_unset(s, NULL) == 1);
        check_text(s, "# managed by hand\n\n[settings]\n\n# the end\n");
        ok(!settings_is_empty(s));
        ok(settings_unset(s, NULL) == 0);
}

static void test_comments(void) {
        char a[] = "a", b[] = "b";
        _cleanup_(settings_freep)
                Settings *s = parse("[settings]\na = \"x;\\ ; one;two\r\n  y\"\nb = 1\t;four\n");

        set(s, PATH(a), "\"z;\"", false);
        set(s, PATH(b), "2", false);
        check_text(s, "[settings]\n; one;two\na = z;\n\n[json]\n;four\nb = 2\n");
}

static void test_nested_unset(void) {
        char a[] = "a", b[] = "b", c[] = "c";
        _cleanup_(settings_freep) Settings *s = parse("[settings]\na.b.c = 1\na.d = 2\n");

        ok(settings_unset(s, PATH(a, b, c)) == 1);
        ok_str(json_text(settings_tree(s)), "{\"a\":{\"d\":\"2\"}}");
        ok(settings_unset(s, PATH(a)) == 1);
        ok_str(json_text(settings_tree(s)), "{}");
        ok(settings_is_empty(s));
        check_text(s, "");
}

static void test_refusals(void) {
        char empty[] = "", bad[] = "\xc0\xaf", fine[] = "a";
        _cleanup_(settings_freep) Settings *s = parse("");
        _cleanup_(json_object_putp) json_object *v = NULL,
                                                *nul = json_object_new_string_len("a\0b", 3),
                                                *bytes = json_object_new_string("\xff");
        static const char *const refused[] = {
                "98765432109876543210",
                "-9223372036854775809",
                "{\"\":1}",
                "[\"\\u0000\"]",
                "{\"a\\u0000b\":1}",
                "NaN",
                "[1,]",
                "1 2",
                "",
        };
        char deep[2 * KEY_DEPTH_MAX + 3];

        for (size_t i = 0; i < ELEMENTSOF(refused); i++)
                ok(settings_value_parse(refused[i], NULL, &v) < 0);

        ok(settings_set(s, PATH(empty), NULL, false, NULL) == -EINVAL);
        ok(settings_set(s, PATH(fine, bad), NULL, false, NULL) == -EINVAL);
        ok(settings_set(s, PATH(fine), nul, false, NULL) == -EINVAL);
        ok(settings_set(s, PATH(fine), bytes, false, NULL) == -EINVAL);
        ok_str(json_text(settings_tree(s)), "{}");

        memset(deep, '[', KEY_DEPTH_MAX + 1);
        memset(deep + KEY_DEPTH_MAX + 1, ']', KEY_DEPTH_MAX + 1);
        deep[2 * KEY_DEPTH_MAX + 2] = 0;
        ok(settings_value_parse(deep, NULL, &v) >= 0);
        ok(settings_set(s, PATH(fine), v, false, NULL) == -EINVAL);
}

static int collect(char *const *path, json_object *value, bool secret, void *userdata) {
        char ***lines = userdata;
        _cleanup_(freep) char *name = strv_join(path, "/");

        return strv_extendf(lines, "%s%s=%s", secret ? "*" : "", name, settings_value_text(value));
}

static void test_secrets(void) {
        char a[] = "a", b[] = "b", db[] = "db", x[] = "x";
        _cleanup_(settings_freep) Settings *s = parse("[settings]\na = 1\ndb.password = p\n");
        _cleanup_(strv_freep) char **lines = NULL;
        _cleanup_(freep) char *all = NULL;

        ok(!settings_is_secret(s, PATH(a)));
        ok(settings_is_secret(s, PATH(db)));
        set(s, PATH(a), "\"2\"", true);
        ok(settings_is_secret(s, PATH(a)));
        check_text(s, "[settings]\ndb.password = p\n\n[secret]\na = 2\n");

        /* once marked it stays so, whatever it becomes, until it is unset */
        set(s, PATH(a), "{\"b\":1,\"c\":\"x\"}", false);
        set(s, PATH(a, b), "\"3\"", false);
        check_text(s, "[settings]\ndb.password = p\n\n[secret]\na.c = x\na.b = 3\n");
        ok(settings_is_secret(s, PATH(a, x)) == false);
        ok(settings_foreach(s, collect, &lines) >= 0);
        all = strv_join(lines, " ");
        ok_str(all, "*db/password=p *a/c=x *a/b=3");
        ok(settings_unset(s, PATH(a)) == 1);
        set(s, PATH(a), "\"4\"", false);
        ok(!settings_is_secret(s, PATH(a)));
}

/* -- torture: whatever is set reads back byte for byte -------------------------------------------
 */

static uint64_t random_state = 0x9e3779b97f4a7c15;

static unsigned random_below(unsigned n) {
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        return (unsigned) ((random_state >> 32) % n);
}

/* Text of what libinih eats, of what is escaped, and of any other characters. */
static char *random_text(size_t size) {
        static const char *const bits[] = {
                " ",  ";",        " ;",     "#",      " #",     "=",  ":",          "[",
                "]",  "\"",       "\\",     "\n",     "\n ",    "\t", "\r",         ".",
                "\\", "\\n",      "\\x",    "x3b",    "é",      "€",  "\U0001f600", "\v",
                "\f", "\x01",     "\x7f",   "a",      "b",      "c",  "1",          "\"\"",
                "'",  "\xc2\x85", "\ufeff", "\u202e", "\u2028",
        };
        char *s = malloc(size + 1), *t = s;

        while ((size_t) (t - s) < size) {
                char one[2] = { (char) (1 + random_below(127)), 0 };
                const char *bit = random_below(3) ? bits[random_below(ELEMENTSOF(bits))] : one;

                if (strlen(bit) > size - (size_t) (t - s))
                        bit = "z";
                t = stpcpy(t, bit);
        }
        *t = 0;
        return s;
}

static size_t random_size(void) {
        static const unsigned sizes[] = { 1,  3,   10,  48,  49,  50,  51,  60,
                                          61, 100, 110, 195, 199, 200, 214, 400 };

        return sizes[random_below(ELEMENTSOF(sizes))];
}

static bool reads_back(const Settings *s) {
        _cleanup_(settings_freep) Settings *again = NULL;
        _cleanup_(freep) char *text = NULL;
        Error e = ERROR_NULL;
        size_t size;

        if (settings_text(s, &text, &size) < 0 ||
            settings_parse(text, size, "torture", &e, &again) < 0) {
                printf("# %s\n%s\n", error_text(&e, 0), text);
                error_clear(&e);
                return false;
        }
        return json_object_equal(settings_tree(s), settings_tree(again)) &&
               json_object_object_length(settings_tree(s)) ==
                       json_object_object_length(settings_tree(again));
}

static void test_torture(void) {
        unsigned set_in_all = 0;
        bool fine = true;

        for (unsigned batch = 0; batch < 100 && fine; batch++) {
                _cleanup_(settings_freep) Settings *s = parse("");

                for (unsigned i = 0; i < 100 && fine; i++) {
                        _cleanup_(freep) char *a = random_text(random_size()),
                                              *b = random_text(random_size()),
                                              *text = random_text(random_below(100) ? random_size()
                                                                                    : 5000);
                        _cleanup_(json_object_putp)
                                json_object *value = json_object_new_string(text);

                        fine = settings_set(s, random_below(4) ? PATH(a) : PATH(a, b), value,
                                            random_below(2), NULL) >= 0;
                        set_in_all++;
                }
                fine = fine && reads_back(s);

                /* half of them away again */
                for (unsigned i = 0; fine && i < 50; i++) {
                        _cleanup_(freep) char *first = NULL;

                        json_object_object_foreach(settings_tree(s), key, value) {
                                (void) value;
                                first = strdup(key);
                                break;
                        }
                        if (first)
                                fine = settings_unset(s, PATH(first)) == 1;
                }
                fine = fine && reads_back(s);
        }
        ok(fine);
        ok(set_in_all == 10000);
}

static void test_large(void) {
        static const size_t sizes[] = { 4095, 4096, 4097, 131000 };

        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                _cleanup_(settings_freep) Settings *s = parse("[settings]\na = 1\n");
                _cleanup_(freep) char *name = random_text(214), *text = random_text(sizes[i]);
                _cleanup_(json_object_putp) json_object *value = json_object_new_string(text);

                ok(settings_set(s, PATH(name), value, false, NULL) >= 0);
                ok(reads_back(s));
                /* a name as long as a value may be */
                ok(settings_set(s, PATH(text), value, false, NULL) >= 0);
                ok(reads_back(s));
                ok_str(json_get_string(settings_tree(s), name), text);
        }
}

/* Lines stay far below what libinih cuts, so that other programs can read the files too. */
static void test_line_length(void) {
        size_t longest = 0;

        for (unsigned i = 0; i < 2000; i++) {
                _cleanup_(freep) char *name = NULL, *value = random_text(random_size()),
                                      *part = random_text(random_size()), *text = NULL;

                if (ini_path_format(PATH(part), &name) < 0 ||
                    ini_entry_format(name, value, &text) < 0)
                        abort();
                for (const char *line = text; *line;) {
                        size_t n = strcspn(line, "\n");

                        longest = MAX2(longest, n);
                        line += n + 1;
                }
        }
        printf("# longest line: %zu\n", longest);
        ok(longest <= 120);
}

int main(void) {
        test_read();
        test_read_limits();
        test_rewrite();
        test_comments();
        test_nested_unset();
        test_refusals();
        test_secrets();
        test_torture();
        test_large();
        test_line_length();
        return tap_done();
}
