/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/key.h"
#include "tap.h"

static char *const known[] = {
        (char *) "tool", (char *) "tool.js", (char *) "@acme/tool", (char *) "@acme/tool.js", NULL,
};

/* `want` is "MODULE|PART|PART", "-|PART" for a global key, or NULL where it must be refused. */
static void check(const char *text, const char *want) {
        _cleanup_(freep) char *path = NULL, *got = NULL;
        Error e = ERROR_NULL;
        Key k = {};
        int r;

        r = key_parse(text, known, &e, &k);
        if (r >= 0) {
                path = strv_join(k.path, "|");
                if (asprintf(&got, "%s%s%s", k.module ? k.module : "-", k.path ? "|" : "",
                             path ? path : "") < 0)
                        abort();
        } else
                ok(e.message);
        ok_str(got, want);
        printf("# %s%s%s\n", text, r < 0 ? ": " : "", r < 0 ? error_text(&e, r) : "");
        key_done(&k);
        error_clear(&e);
}

static void test_parse(void) {
        check("drive", "-|drive");
        check("tool", "tool");
        check("tool:drive", "tool|drive");
        check("tool:a:b", "tool|a|b");
        check("tool:a.b", "tool|a.b");
        check("tool.a.b", "tool|a|b");
        check("tool.a:b", "tool|a|b");
        check("tool.js", "tool.js");
        check("tool.js:a", "tool.js|a");
        check("tool.js.a", "tool.js|a");
        check("tool.jsx", "tool|jsx");
        check("toolbox:a", "toolbox|a");
        check("@acme/tool:a", "@acme/tool|a");
        check("@acme/tool.a", "@acme/tool|a");
        check("@acme/tool.js:a", "@acme/tool.js|a");
        check("@acme/other:a", "@acme/other|a");
        check("other.js:a.b", "other.js|a.b");
        check("other.js.a", "other|js|a");
        check("tool:\"a:b\":c", "tool|a:b|c");
        check("tool.\"a.b\".c", "tool|a.b|c");
        check("tool:\"a\"\"b\"", "tool|a\"b");
        check("tool:a\"b", "tool|a\"b");
        check("tool:a b = ;#", "tool|a b = ;#");
        check("tool:__proto__:x", "tool|__proto__|x");
        check("\"a:b.c\"", "-|a:b.c");
        check("\"tool\"", "-|tool");
        check("\"tool.js\":a", "tool.js|a");
        check("\"other.js\".a.b", "other.js|a|b");
        check("__proto__", "-|__proto__");
        check("tool:ключ", "tool|ключ");

        check("", NULL);
        check(":", NULL);
        check(":a", NULL);
        check(".a", NULL);
        check("tool:", NULL);
        check("tool::a", NULL);
        check("tool:a:", NULL);
        check("tool.a..b", NULL);
        check("tool:\"\"", NULL);
        check("tool:\"a", NULL);
        check("tool:\"a\"b", NULL);
        check("tool:\"a\".b", NULL);
        check("\"", NULL);
        check("..:a", NULL);
        check("-x:a", NULL);
        check("a b:c", NULL);
        check("\"a b\":c", NULL);
        check("a/b/c:d", NULL);
        check("tool:\xff", NULL);
}

static void test_depth(void) {
        char text[4 + 2 * (KEY_DEPTH_MAX + 1) + 1] = "tool";
        Key k;

        for (unsigned i = 0; i < KEY_DEPTH_MAX; i++)
                strcat(text, ":a");
        ok(key_parse(text, known, NULL, &k) >= 0);
        key_done(&k);
        strcat(text, ":a");
        ok(key_parse(text, known, NULL, &k) == -EINVAL);
}

static void test_one_format(const char *module, char *const *path, const char *want) {
        _cleanup_(freep) char *text = NULL;
        Key k = {};

        ok(key_format(module, path, known, &text) >= 0);
        ok_str(text, want);
        ok(key_parse(text, known, NULL, &k) >= 0);
        ok(streq_ptr(k.module, module));
        ok(strv_length(k.path) == strv_length(path));
        for (size_t i = 0; path && path[i] && k.path && k.path[i]; i++)
                ok_str(k.path[i], path[i]);
        key_done(&k);
}

#define PATH(...) ((char *[]) { __VA_ARGS__, NULL })

static void test_format(void) {
        char a[] = "a", ab[] = "a:b", dot[] = "a.b", quote[] = "\"", inner[] = "a\"b",
             tool[] = "tool", all[] = "all", odd[] = " = ;#\n";

        test_one_format("tool", NULL, "tool");
        test_one_format("tool", PATH(a, a), "tool:a:a");
        test_one_format("tool", PATH(dot, ab), "tool:a.b:\"a:b\"");
        test_one_format("tool", PATH(quote, inner), "tool:\"\"\"\":a\"b");
        test_one_format("tool", PATH(odd), "tool: = ;#\n");
        test_one_format("tool", PATH(all), "tool:all");
        test_one_format("other.js", PATH(a), "\"other.js\":a");
        test_one_format("@acme/tool", PATH(a), "@acme/tool:a");
        test_one_format(NULL, PATH(a), "a");
        test_one_format(NULL, PATH(dot), "\"a.b\"");
        test_one_format(NULL, PATH(ab), "\"a:b\"");
        test_one_format(NULL, PATH(tool), "\"tool\"");
        test_one_format(NULL, PATH(all), "\"all\"");
        test_one_format(NULL, PATH(quote), "\"\"\"\"");
}

int main(void) {
        test_parse();
        test_depth();
        test_format();
        return tap_done();
}
