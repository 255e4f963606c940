/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each form of a specification once; tests/npm/spec-diff.sh asks npm's own code about the rest. */

#include "npm/spec/spec-parse.h"
#include "npm/spec/spec.h"
#include "tap.h"

typedef struct Case {
        const char *text;
        SpecType type;
        const char *name, *fetch, *committish, *range;
} Case;

static const Case cases[] = {
        { "mod", SPEC_RANGE, "mod", "*" },
        { "mod@1.2.3", SPEC_VERSION, "mod", "1.2.3" },
        { "mod@^1 || 2", SPEC_RANGE, "mod", "^1 || 2" },
        { "mod@next", SPEC_TAG, "mod", "next" },
        { "@acme/mod@2.1.0-beta", SPEC_VERSION, "@acme/mod", "2.1.0-beta" },
        { "other@npm:mod@^1", SPEC_ALIAS, "other", NULL },
        { "./mod", SPEC_DIRECTORY, NULL, "./mod" },
        { "/p/mod", SPEC_DIRECTORY, NULL, "/p/mod" },
        { "~/mod", SPEC_DIRECTORY, NULL, "~/mod" },
        { "file:../mod", SPEC_DIRECTORY, NULL, "../mod" },
        { "file:///abs/mod", SPEC_DIRECTORY, NULL, "/abs/mod" },
        { "/p/mod-1.0.0.tgz", SPEC_FILE, NULL, "/p/mod-1.0.0.tgz" },
        { "mod-1.0.0-rc.tgz", SPEC_FILE, NULL, "mod-1.0.0-rc.tgz" },
        { "dist/a/mod.tar.gz", SPEC_FILE, NULL, "dist/a/mod.tar.gz" },
        { "http://x/mod-1.2.3.tgz?x=1", SPEC_REMOTE, NULL, "http://x/mod-1.2.3.tgz?x=1" },
        { "user/repo", SPEC_GIT, NULL, "https://github.com/user/repo.git" },
        { "user/repo#v1", SPEC_GIT, NULL, "https://github.com/user/repo.git", "v1" },
        { "github:user/repo#semver:^1", SPEC_GIT, NULL, "https://github.com/user/repo.git", NULL,
          "^1" },
        { "gitlab:group/sub/repo", SPEC_GIT, NULL, "https://gitlab.com/group/sub/repo.git" },
        { "bitbucket:user/repo", SPEC_GIT, NULL, "https://bitbucket.org/user/repo.git" },
        { "git+https://h/u/mod.git#v1", SPEC_GIT, NULL, "https://h/u/mod.git", "v1" },
        { "git+ssh://git@h/u/mod.git", SPEC_GIT, NULL, "ssh://git@h/u/mod.git" },
        { "git@h.org:u/mod.git", SPEC_GIT, NULL, "git@h.org:u/mod.git" },
        { "git://h/u/mod.git", SPEC_GIT, NULL, "git://h/u/mod.git" },
        { "git+file:///srv/mod.git#main", SPEC_GIT, NULL, "file:///srv/mod.git", "main" },
        { "foo.js", SPEC_RANGE, "foo.js", "*" },
        { "my.git-mod", SPEC_RANGE, "my.git-mod", "*" },
};

static const char *const refused[] = {
        "",
        "mod@a b",
        "@acme",
        "@acme@1",
        "@../mod@1",
        "@acme/..@1",
        ".mod@1",
        "_mod@1",
        "a b",
        "node_modules",
        "x@npm:y@npm:z",
        "x@npm:./y",
        "ftp://h/mod.tgz",
        "ssh://h/mod",
        "git+https://h:port/mod",
        "user/repo#a::b",
        "user/repo#-oProxy=x",
        "git+https://-h/mod",
};

static void check(const Case *c) {
        _cleanup_(spec_freep) Spec *s = NULL;
        Error e = ERROR_NULL;
        int r = spec_parse(c->text, &e, &s);

        printf("# %s\n", c->text);
        ok(r == 0);
        if (r < 0)
                return;
        ok_str(spec_type_to_string(s->type), spec_type_to_string(c->type));
        ok_str(s->name, c->name);
        ok_str(s->fetch, c->fetch);
        ok_str(s->committish, c->committish);
        ok_str(s->git_range, c->range);
        ok(spec_is_registry(s) == (c->type <= SPEC_ALIAS));
}

int main(void) {
        _cleanup_(spec_freep) Spec *s = NULL;
        char name[SPEC_NAME_MAX + 2], text[SPEC_LENGTH_MAX + 2];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                check(cases + i);
        for (size_t i = 0; i < ELEMENTSOF(refused); i++) {
                Error e = ERROR_NULL;

                printf("# %s\n", refused[i]);
                ok(spec_parse(refused[i], &e, &s) == -EINVAL && e.message);
                error_clear(&e);
        }

        ok(spec_resolve("other", "npm:@acme/mod@^1", NULL, &s) == 0);
        ok_str(spec_registry_name(s), "@acme/mod");
        ok_str(s->target->fetch, "^1");
        s = spec_free(s);
        ok(spec_resolve("mod", "", NULL, &s) == 0 && s->type == SPEC_RANGE);
        s = spec_free(s);

        memset(name, 'a', sizeof(name));
        name[sizeof(name) - 1] = 0;
        ok(!package_name_is_valid(name));
        name[sizeof(name) - 2] = 0;
        ok(package_name_is_valid(name));
        memset(text, 'a', sizeof(text));
        text[sizeof(text) - 1] = 0;
        ok(spec_resolve("mod", text, NULL, &s) == -EINVAL);
        return tap_done();
}
