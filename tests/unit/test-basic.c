/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/json.h"
#include "basic/open-beneath.h"
#include "basic/options.h"
#include "basic/path.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/verbs.h"
#include "tap.h"

static void test_strings(void) {
        _cleanup_(freep) char *escaped = NULL, *quoted = NULL, *plain = NULL, *printable = NULL,
                              *escapes = NULL;

        ok(utf8_is_valid("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 10));
        ok(!utf8_is_valid("\xc0\x80", 2));         /* overlong */
        ok(!utf8_is_valid("\xed\xa0\x80", 3));     /* surrogate */
        ok(!utf8_is_valid("\xf4\x90\x80\x80", 4)); /* above U+10FFFF */
        ok(!utf8_is_valid("\xe2\x82", 2));

        escaped = escape_control("a\x1b[31m\n\xc2\x9b\xe2\x80\xae\xff\t\xc3\xa4", false);
        ok_str(escaped, "a\\x1b[31m\\x0a\\u009b\\u202e\\xff\t\xc3\xa4");
        quoted = shell_quote("a b'c");
        ok_str(quoted, "'a b'\\''c'");
        plain = shell_quote("a=b:c");
        ok_str(plain, "a=b:c");
        printable = shell_quote_printable("it's\n\\");
        ok_str(printable, "'it'\\''s\n\\'");
        escapes = shell_quote_printable("it's\n\\\t\x1b\u202e\xff"
                                        "a");
        ok_str(escapes, "$'it\\'s\\x0a\\\\\\x09\\x1b\\xe2\\x80\\xae\\xffa'");

        ok(edit_distance("install", "isntall") == 1);
        ok(edit_distance("", "abc") == 3);
        ok(near_miss("install", "isntall") == 1 && near_miss("restart", "rsetrat") == 2);
        ok(near_miss("logs", "bogus") == UINT_MAX && near_miss("ls", "xs") == UINT_MAX);
        ok(near_miss("a-very-long-name", "b-wery-lonk-nome") == UINT_MAX);
        ok(word_list_contains(" ls ps ", "ps") && !word_list_contains(" lss ps ", "ls"));
}

static void test_characters(void) {
        bool good = true;

        for (uint32_t c = 1; c < 0x110000; c++) {
                char text[4];
                uint32_t back = 0;
                size_t n = utf8_encode(c, text);

                if (c >= 0xd800 && c < 0xe000)
                        continue;
                good = good && utf8_decode(text, n, &back) == n && back == c;
        }
        ok(good);
}

static void test_paths(void) {
        static const struct {
                const char *in, *out;
        } table[] = {
                { "a", "a" },    { "./a//b/", "a/b" }, { "a/../b", "b" },   { ".", "." },
                { "a/..", "." }, { "..", NULL },       { "a/../..", NULL }, { "/a", NULL },
                { "", NULL },    { "a/./b/..", "a" },  { "...", "..." },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *out = NULL;

                ok(path_normalize_beneath(table[i].in, &out) == (table[i].out ? 0 : -EINVAL));
                ok_str(out, table[i].out);
        }
        ok_str(path_extension("a/b.sh"), ".sh");
        ok_str(path_extension("a.d/b"), "");
        ok_str(path_extension(".bashrc"), "");
}

static void test_vectors(void) {
        _cleanup_(strv_freep) char **v = NULL;

        for (int i = 0; i < 40; i++)
                ok(strv_extendf(&v, "K%d=%d", i, i) == 0);
        ok(strv_length(v) == 40);
        ok(strv_env_set(&v, "K7", "x") == 0);
        ok_str(strv_env_get(v, "K7"), "x");
        ok(strv_env_set(&v, "K8", NULL) == 0);
        ok(!strv_env_get(v, "K8"));
        ok(strv_length(v) == 39);
        ok_str(v[38], "K39=39");
        ok(!strv_env_get(v, "K"));
        strv_sort(v);
        ok(strv_length(v) == 39);
        ok_str(v[1], "K10=10");
        ok_str(v[38], "K9=9");
        strv_sort(NULL);
}

static void test_files(int dir) {
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int tree = -EBADF;
        size_t size;

        ok(write_file_atomic_at(dir, "file", "abc", 3, 0640) == 0);
        ok(read_file_at(dir, "file", 3, &text, &size) == 0 && size == 3);
        ok_str(text, "abc");
        ok(read_file_at(dir, "file", 2, &text, NULL) == -EFBIG);
        ok(symlinkat("file", dir, "link") == 0);
        ok(read_file_at(dir, "link", 10, &text, NULL) == -ELOOP);
        ok(symlink_atomic_at("other", dir, "link") == 0);
        ok(mkfifoat(dir, "fifo", 0600) == 0);
        ok(read_file_at(dir, "fifo", 10, &text, NULL) == -EINVAL);

        tree = open_or_mkdir_at(dir, "tree", 0700);
        ok(tree >= 0);
        ok(symlinkat("../file", tree, "out") == 0);
        ok(mkdirat(tree, "sub", 0700) == 0);
        ok(open_beneath(dir, "tree/out", O_RDONLY) >= 0); /* stays within dir */
        ok(open_beneath(tree, "out", O_RDONLY) == -EXDEV);
        ok(remove_tree_at(dir, "tree") == 0);
        ok(remove_tree_at(dir, "tree") == 0);
        ok(faccessat(dir, "file", F_OK, 0) == 0);
}

static int parse(const char *text, Error *e, json_object **ret) {
        error_clear(e);
        return json_parse(text, strlen(text), e, ret);
}

static void test_json(void) {
        /* what json-c takes, or some of its versions */
        static const char *const foreign[] = {
                "[NaN]",   "nan",       "[-Infinity]", "Infinity", "[1.]",       "01",
                "-01",     "[1e]",      "[1e+]",       "TRUE",     "Null",       "'a'",
                "{'a':1}", "/**/1",     "[1,/**/]",    "[1,]",     "{\"a\":1,}", "{\"a\":1, \n}",
                "1 2",     "[1] //",    "\"a\tb\"",    "\"a\nb\"", "\"\x01\"",   "+1",
                ".5",      "[\"\\x\"]",
        };
        static const char *const same[] = {
                "\"\xc3\xa9\"",
                "[\"a\\n\xe2\x82\xac\xf0\x9f\x98\x80\"]",
                "{\"\xc3\xa4\":\"\x7f\"}",
                "[1.5e+10,0,-1,1e400,0.1,true,false,null,{},[]]",
                "18446744073709551615",
                "-9223372036854775807",
                "\"/*NaN,]\\\"'\"",
        };
        _cleanup_(json_object_putp) json_object *o = NULL, *number = NULL, *tricky = NULL,
                                                *none = NULL, *marked = NULL;
        char nested[2001] = {};
        Error e = ERROR_NULL;

        ok(parse("{\"a\":\"b\",\"n\":3,\"z\":null,\"u\":\"x\\u0000y\"} \n", &e, &o) == 0);
        ok_str(json_get_string(o, "a"), "b");
        ok(!json_get_string(o, "n") && json_get_int(o, "n", 0) == 3);
        ok(json_has(o, "z") && !json_get(o, "z") && !json_has(o, "y"));
        ok(json_has(o, "u") && !json_get_string(o, "u")); /* a NUL would cut it */
        ok(parse("[\"N\\\"I.\",1.5,\"\\\\\"]", &e, &tricky) == 0);
        ok(parse("7", &e, &number) == 0 && json_object_get_int(number) == 7);

        ok(parse("\xef\xbb\xbf{\"a\":\"b\"}", &e, &marked) == 0);
        ok_str(json_get_string(marked, "a"), "b");
        ok(parse("\xef\xbb\xbf\xef\xbb\xbf{}", &e, &none) == -EBADMSG);
        ok(parse("{\xef\xbb\xbf}", &e, &none) == -EBADMSG);

        ok(parse("{\"a\":1} x", &e, &none) == -EBADMSG);
        ok(parse("{\"a\":", &e, &none) == -EBADMSG);
        ok(parse("", &e, &none) == -EBADMSG);
        ok(parse("{\"a\":\"\xff\"}", &e, &none) == -EBADMSG);
        ok(parse("{\"a\":\"\xed\xa0\x80\"}", &e, &none) == -EBADMSG);
        for (size_t i = 0; i < ELEMENTSOF(foreign); i++) {
                ok(parse(foreign[i], &e, &none) == -EBADMSG);
                printf("# %s\n", e.message);
        }
        for (size_t i = 0; i < ELEMENTSOF(same); i++) {
                _cleanup_(json_object_putp) json_object *value = NULL;

                ok(parse(same[i], &e, &value) == 0);
                ok_str(json_text(value), same[i]);
        }
        error_clear(&e);
        ok(parse("{\n\n\"a\":b}", &e, &none) == -EBADMSG);
        ok(e.message && strstr(e.message, "line 3"));
        memset(nested, '[', 2000);
        ok(parse(nested, &e, &none) == -EBADMSG);
        ok(e.message && strstr(e.message, "levels deep"));
        error_clear(&e);
}

static void test_options(void) {
        struct args {
                bool flag;
                const char *value;
        } args = {};
        static const Option table[] = {
                { "flag", 'f', NULL, "help", OPTION_SET, offsetof(struct args, flag), NULL, NULL },
                { "value", 'v', "X", "help", OPTION_STRING, offsetof(struct args, value), NULL,
                  NULL },
        };
        char *argv[] = { (char *) "x",  (char *) "set", (char *) "-5", (char *) "--value",
                         (char *) "-6", (char *) "-.5", (char *) "-",  (char *) "-f",
                         (char *) "a",  (char *) "--",  (char *) "-f", (char *) "--value",
                         NULL };
        _cleanup_(freep) char **words = NULL;
        _cleanup_(freep) char *joined = NULL;
        char *unknown[] = { (char *) "x", (char *) "-fq", NULL };
        bool given[2] = {};

        /* what follows an unknown letter must not be read into the next command line */
        ok(options_parse(table, 2, 2, unknown, &args, NULL, &words, /* ret_behind= */ NULL) ==
           -EINVAL);
        args.flag = false;
        ok(options_parse(table, 2, 12, argv, &args, given, &words, /* ret_behind= */ NULL) == 0);
        joined = strv_join(words, " ");
        ok_str(joined, "set -5 -.5 - a -f --value");
        ok(args.flag && given[0] && given[1]);
        ok_str(args.value, "-6");
}

int main(void) {
        char folder[] = "/tmp/test-basic.XXXXXX";
        _cleanup_(closep) int dir = -EBADF;

        ok(mkdtemp(folder));
        dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        test_options();
        test_strings();
        test_characters();
        test_paths();
        test_vectors();
        test_files(dir);
        test_json();
        ok(remove_tree_at(AT_FDCWD, folder) == 0);
        return tap_done();
}
