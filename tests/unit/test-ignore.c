/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/pack/ignore.h"

#include "npm/pack/glob.h"
#include "npm/registry/publication.h"
#include "npm/spec/spec.h"
#include "tap.h"

static Arena arena;

static size_t split(const char *path, GlobText *parts) {
        size_t n = 0;

        for (const char *s = path;; s++) {
                size_t length = strcspn(s, "/");

                (void) glob_text(&arena, s, length, parts + n++);
                s += length;
                if (!*s)
                        return n;
        }
}

static bool fits(const char *pattern, const char *path) {
        unsigned steps = GLOB_STEPS_MAX;
        GlobText parts[16];
        Glob g;

        return glob_parse(&arena, pattern, strlen(pattern), /* e= */ NULL, &g) >= 0 &&
               glob_match(&g, parts, split(path, parts), /* partial= */ false, &steps);
}

static bool may_begin(const char *pattern, const char *path) {
        unsigned steps = GLOB_STEPS_MAX;
        GlobText parts[16];
        Glob g;

        return glob_parse(&arena, pattern, strlen(pattern), /* e= */ NULL, &g) >= 0 &&
               glob_match(&g, parts, split(path, parts), /* partial= */ true, &steps);
}

static void test_glob(void) {
        ok(fits("a.js", "a.js") && fits("A.js", "a.JS") && !fits("a.js", "ab.js"));
        ok(fits("*.js", "lib/deep/a.js") && !fits("/*.js", "/lib/a.js"));
        ok(fits("*", ".hidden") && !fits("*", ""));
        ok(fits("a?c", "abc") && !fits("a?c", "ac"));
        ok(fits("lib/**", "lib/a/b.js") && !fits("lib/**", "lib"));
        ok(fits("**/b.js", "b.js") && fits("**/b.js", "a/c/b.js"));
        ok(fits("a/**/b", "a/b") && fits("a/**/b", "a/x/y/b") && !fits("a/**/b", "a/x"));
        ok(fits("lib/*", "lib/a/") && !fits("lib/*", "lib/a/b"));
        ok(fits("{a,b{c,d}}.js", "bd.js") && !fits("{a,b{c,d}}.js", "b.js"));
        ok(fits("v{1..3}", "v2") && fits("v{08..10}", "v09") && !fits("v{1..3}", "v4"));
        ok(fits("\\{a,b\\}", "{a,b}") && !fits("\\{a,b\\}", "a"));
        ok(fits("[a-c]x", "bx") && !fits("[!a-c]x", "bx") && fits("[^a]x", "bx"));
        ok(fits("[]a]", "]") && fits("[a-]", "-") && fits("[\\]]", "]") && !fits("[z-a]", "b"));
        ok(fits("[[:digit:]]", "7") && !fits("[[:digit:]]", "a") && fits("[a", "[a"));
        ok(fits("@(a|b).js", "b.js") && !fits("@(a|b).js", "c.js"));
        ok(fits("!(a).js", "!(a).js") == false && fits("x!(a)", "xb") && !fits("x!(a)", "xa"));
        ok(fits("*(ab)c", "ababc") && fits("*(ab)c", "c") && !fits("+(ab)c", "c"));
        ok(fits("*(a", "x(a") && !fits("*(a", "x") && fits("+(a", "+(a") && fits("**(a", "b(a"));
        ok(fits("a/../b", "b") && fits("a//b", "a/b"));
        ok(fits("\u00e9*", "\u00c9t\u00e9"));
        ok(may_begin("lib/deep/*.js", "lib") && may_begin("**/x", "any/where") &&
           !may_begin("lib/deep/*.js", "test"));
}

static void test_limits(void) {
        unsigned steps = 10000;
        char text[GLOB_LENGTH_MAX + 2];
        GlobText parts[4];
        Glob g;
        size_t n;

        memset(text, 'a', sizeof(text));
        ok(glob_parse(&arena, text, sizeof(text), /* e= */ NULL, &g) == -E2BIG);
        ok(glob_parse(&arena, "{1..5000}", 9, /* e= */ NULL, &g) == -E2BIG);
        ok(glob_parse(&arena, "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", 50, NULL, &g) ==
           -E2BIG);

        /* what would take ages is given up */
        ok(glob_parse(&arena, "a*a*a*a*a*a*a*a*a*ab", 20, /* e= */ NULL, &g) >= 0);
        n = split("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", parts);
        ok(!glob_match(&g, parts, n, /* partial= */ false, &steps) && steps == 0);
}

static bool taken(const char *rules, const char *path, bool folder, bool before) {
        unsigned steps = GLOB_STEPS_MAX;
        GlobText parts[16] = {};
        Ignore ignore = {};
        IgnorePath p = { .parts = parts, .folder = folder };
        bool result;

        if (ignore_add_text(&ignore, rules, strlen(rules), /* e= */ NULL) < 0)
                return false;
        p.n = split(path, parts + 1);
        parts[p.n + 1] = (GlobText) {};
        result = ignore_apply(&ignore, &p, before, &steps);
        ignore_done(&ignore);
        return result;
}

static void test_ignore(void) {
        Ignore ignore = {};

        ok(!taken("*.md\n", "docs/x.md", false, true));
        ok(taken("# *.md\n\n  \r\n", "x.md", false, true));
        ok(!taken("  test  \r\n", "test", false, true));
        ok(taken("*.md\n!x.md\n", "x.md", false, true));
        ok(!taken("!x.md\n*.md\n", "x.md", false, true));
        ok(!taken("lib/\n", "lib", true, true) && taken("lib/\n", "lib", false, true));
        ok(taken("!lib/deep/x.js\n", "lib", true, false) &&
           !taken("!lib/x\n", "lib", false, false));
        ok(ignore_addf(&ignore, /* e= */ NULL, "!/%s", "a.js") >= 0 && ignore.n == 1 &&
           ignore.rules[0].negated);
        ignore_done(&ignore);
}

static int check_name(const char *name, Error *e) {
        return package_name_is_valid(name) ? 0 : error_set(e, -EINVAL, "invalid");
}

static int check(const char *text, bool publish, char **ret_version) {
        _cleanup_(json_object_putp) json_object *o = NULL;

        if (json_parse(text, strlen(text), /* e= */ NULL, &o) < 0)
                return -EBADMSG;
        return publication_check(o, check_name, publish, /* e= */ NULL, ret_version);
}

static void test_publication(void) {
        _cleanup_(freep) char *version = NULL, *private = NULL, *no = NULL;

        ok(check("{\"name\":\"a\",\"version\":\"v1.2.3\"}", true, &version) >= 0);
        ok_str(version, "1.2.3");
        ok(check("{\"name\":\"a\",\"version\":\"1.0.0\",\"private\":true}", true, &no) == -EPERM);
        ok(check("{\"name\":\"a\",\"version\":\"1.0.0\",\"private\":true}", false, &private) >= 0);
        ok(check("{\"name\":\"A b\",\"version\":\"1.0.0\"}", true, &no) == -EINVAL);
        ok(check("{\"name\":\"a\",\"version\":\"one\"}", true, &no) == -EINVAL);
        ok(check("{\"version\":\"1.0.0\"}", true, &no) == -EINVAL);
        ok(publication_check_tag("next", NULL) == 0 && publication_check_tag("1.x", NULL) < 0 &&
           publication_check_tag("", NULL) < 0 && publication_check_tag("a b", NULL) < 0);
}

int main(void) {
        test_glob();
        test_limits();
        test_ignore();
        test_publication();
        arena_done(&arena);
        return tap_done();
}
