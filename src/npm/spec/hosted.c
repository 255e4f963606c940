/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/hosted.h"

#include "basic/string-util.h"
#include "npm/spec/address.h"

typedef struct Service {
        const char *name, *domain;
        const char *schemes; /* of the addresses that mean a repository */
        const char *refused; /* third path component of an address that means something else */
} Service;

static const Service services[] = {
        { "github", "github.com", " git http git+ssh git+https ssh https ", NULL },
        { "gitlab", "gitlab.com", " git+ssh git+https ssh https ", NULL },
        { "bitbucket", "bitbucket.org", " git+ssh git+https ssh https ", "get" },
        { "gist", "gist.github.com", " git git+ssh git+https ssh https ", "raw" },
        { "sourcehut", "git.sr.ht", " git+ssh https ", "archive" },
};

static const char schemes_of_urls[] = " git+ssh ssh git+https git http https git+http ";

void hosted_done(Hosted *h) {
        free(h->user);
        free(h->project);
        free(h->auth);
        free(h->committish);
        *h = (Hosted) { 0 };
}

static bool in_list(const char *list, Slice word) {
        char padded[16];

        return word.n > 0 && word.n + 3 < sizeof(padded) &&
               snprintf(padded, sizeof(padded), " " SLICE_FORMAT " ", SLICE_ARG(word)) > 0 &&
               strcasestr(list, padded);
}

static const Service *service_by_name(Slice name) {
        for (size_t i = 0; i < ELEMENTSOF(services); i++)
                if (slice_is(name, services[i].name))
                        return services + i;
        return NULL;
}

static const Service *service_by_domain(Slice host) {
        if (host.n > 4 && memcmp(host.s, "www.", 4) == 0)
                host = (Slice) { host.s + 4, host.n - 4 };
        for (size_t i = 0; i < ELEMENTSOF(services); i++)
                if (host.n == strlen(services[i].domain) &&
                    strncasecmp(host.s, services[i].domain, host.n) == 0)
                        return services + i;
        return NULL;
}

/* "user/repo": one slash, no scheme, nothing that looks like a path, a scope or an address. */
static bool is_github_shorthand(const char *text) {
        size_t n = strcspn(text, "#");
        const char *slash = memchr(text, '/', n);

        if (!slash || slash == text || text[0] == '.' || text[n - 1] == '/' ||
            memchr(text, '@', n) || memchr(text, ':', n) ||
            memchr(slash + 1, '/', n - (size_t) (slash + 1 - text)))
                return false;
        for (size_t i = 0; i < n; i++)
                if (js_space((Slice) { text + i, n - i }) > 0)
                        return false;
        return true;
}

/* Git's own way of writing an address, git@host:path, made one with a scheme. */
static int scheme_from_scp(const char *text, char **ret) {
        size_t n = strcspn(text, "#");
        const char *at = memrchr(text, '@', n), *colon = memrchr(text, ':', n);
        _cleanup_(freep) char *s = NULL;
        bool slashed = colon && (!at || colon > at);

        s = strdup(text);
        if (!s)
                return -ENOMEM;
        if (slashed)
                s[colon - text] = '/';
        if (memchr(s, ':', n) || strstr(s, "//")) {
                *ret = TAKE_PTR(s);
                return 0;
        }
        return strdupf(ret, "git+ssh://%s", s);
}

/* Gives an address its scheme where people leave it out. */
static int add_scheme(const char *text, char **ret) {
        const char *colon = strchr(text, ':'), *at = strchr(text, '@');
        Slice scheme = { text, colon ? (size_t) (colon - text) : 0 };
        int r;

        if (is_github_shorthand(text))
                r = strdupf(ret, "github:%s", text);
        else if (in_list(schemes_of_urls, scheme) || service_by_name(scheme) ||
                 (colon && startswith(colon, "://")))
                r = strdupf(ret, "%s", text);
        else if (at && (!colon || at > colon))
                r = strdupf(ret, "git+ssh://%s", text);
        else if (at)
                r = strdupf(ret, "%s", text);
        else
                r = strdupf(ret, "%.*s//%s", (int) (scheme.n + (colon != NULL)), text,
                            text + scheme.n + (colon != NULL));
        return r;
}

/* The n-th of a path's components, counted from 1. */
static Slice path_component(Slice path, unsigned n) {
        const char *s = path.s, *end = path.s + path.n;

        for (; n > 0; n--) {
                s = memchr(s, '/', (size_t) (end - s));
                if (!s)
                        return (Slice) { end, 0 };
                s++;
        }
        path.s = s;
        s = memchr(path.s, '/', (size_t) (end - path.s));
        path.n = (size_t) ((s ?: end) - path.s);
        return path;
}

static Slice strip_git(Slice project) {
        if (project.n >= 4 && memcmp(project.s + project.n - 4, ".git", 4) == 0)
                project.n -= 4;
        return project;
}

/* Everything before the last slash is the user. */
static void split_last(Slice path, Slice *ret_user, Slice *ret_project) {
        const char *slash = memrchr(path.s, '/', path.n);

        *ret_user = (Slice) { path.s, slash ? (size_t) (slash - path.s) : 0 };
        *ret_project = slash ? (Slice) { slash + 1, path.n - ret_user->n - 1 } : path;
        *ret_project = strip_git(*ret_project);
}

/* User, project and committish of an address at a service; false if it means something else there.
 */
static bool extract_parts(const Service *service, const Address *a, Slice *user, Slice *project,
                          Slice *committish) {
        Slice third = path_component(a->path, 3);

        *committish = a->hash.n > 0 ? (Slice) { a->hash.s + 1, a->hash.n - 1 } : a->hash;
        if (streq(service->name, "gitlab")) {
                Slice path = a->path.n > 0 ? (Slice) { a->path.s + 1, a->path.n - 1 } : a->path;

                if (memmem(path.s, path.n, "/-/", 3) ||
                    memmem(path.s, path.n, "/archive.tar.gz", 15))
                        return false;
                split_last(path, user, project);
                return user->n > 0 && project->n > 0;
        }

        *user = path_component(a->path, 1);
        *project = path_component(a->path, 2);
        if (streq(service->name, "github") && third.n > 0) {
                if (!slice_is(third, "tree"))
                        return false;
                *committish = path_component(a->path, 4);
        }
        if (service->refused && slice_is(third, service->refused))
                return false;
        if (streq(service->name, "gist") && project->n == 0) {
                *project = *user;
                user->n = 0;
                *project = strip_git(*project);
                return project->n > 0;
        }
        *project = strip_git(*project);
        return project->n > 0 && (user->n > 0 || streq(service->name, "gist"));
}

static HostedForm form_of(Slice scheme) {
        if (in_list(" git+https https ", scheme))
                return HOSTED_HTTPS;
        return in_list(" git ", scheme) ? HOSTED_GIT : HOSTED_SSH;
}

/* Decodes what is there; nothing stays NULL. */
static int decode_part(Slice s, char **ret) {
        return s.n == 0 ? 0 : address_decode(s.s, s.n, ret);
}

/* "service:user/repo#committish"; a user and password before it are passed over. */
static void extract_shortcut(const Address *a, Slice *user, Slice *project, Slice *committish) {
        Slice path = a->path;
        const char *at;

        if (path.n > 0 && path.s[0] == '/')
                path = (Slice) { path.s + 1, path.n - 1 };
        at = memchr(path.s, '@', path.n);
        if (at)
                path = (Slice) { at + 1, path.n - (size_t) (at + 1 - path.s) };
        split_last(path, user, project);
        *committish = a->hash.n > 0 ? (Slice) { a->hash.s + 1, a->hash.n - 1 } : a->hash;
}

/* Takes the address apart, whichever way it is written: 1, 0 if it is none. The slices of `ret` are
 * those of `ret_text`. */
static int parse_address(const char *text, char **ret_text, Address *ret) {
        _cleanup_(freep) char *full = NULL, *corrected = NULL;
        int r;

        r = add_scheme(text, &full);
        if (r < 0)
                return r;
        if (address_split(full, ret)) {
                *ret_text = TAKE_PTR(full);
                return 1;
        }
        r = scheme_from_scp(full, &corrected);
        if (r < 0 || !address_split(corrected, ret))
                return MIN2(r, 0);
        *ret_text = TAKE_PTR(corrected);
        return 1;
}

static int take_parts(Hosted *h, Slice user, Slice project, Slice committish) {
        int r;

        r = decode_part(user, &h->user);
        if (r < 0)
                return r;
        r = decode_part(project, &h->project);
        if (r < 0)
                return r;
        return decode_part(committish, &h->committish);
}

int hosted_parse(const char *text, Hosted *ret) {
        _cleanup_(hosted_done) Hosted h = { 0 };
        _cleanup_(freep) char *whole = NULL;
        Slice user, project, committish;
        const Service *service;
        Address a;
        int r;

        if (!strpbrk(text, "/:@"))
                return 0;
        r = parse_address(text, &whole, &a);
        if (r <= 0)
                return r;

        service = service_by_name(a.scheme);
        if (service)
                extract_shortcut(&a, &user, &project, &committish);
        else {
                service = service_by_domain(a.host);
                if (!service || !in_list(service->schemes, a.scheme) ||
                    !extract_parts(service, &a, &user, &project, &committish))
                        return 0;
                h.form = form_of(a.scheme);
        }

        h.service = service->name;
        h.domain = service->domain;
        if (a.user.n > 0 && h.form != HOSTED_SSH) {
                h.auth = strndup(a.user.s, a.user.n);
                if (!h.auth)
                        return -ENOMEM;
        }
        r = take_parts(&h, user, project, committish);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        if (!h.project || (!h.user && !streq(h.service, "gist")))
                return 0;
        *ret = h;
        h = (Hosted) { 0 };
        return 1;
}

char *hosted_url(const Hosted *h) {
        static const char *const schemes[] = {
                [HOSTED_SHORTCUT] = "https://",
                [HOSTED_SSH] = "ssh://git@",
                [HOSTED_HTTPS] = "https://",
                [HOSTED_GIT] = "git://",
        };
        bool https = h->form == HOSTED_SHORTCUT || h->form == HOSTED_HTTPS;
        const char *suffix = https && streq(h->service, "sourcehut") ? "" : ".git";
        const char *user = streq(h->service, "gist") ? NULL : h->user;
        bool auth = h->auth && !streq(h->service, "gist") && !streq(h->service, "sourcehut");
        char *url;

        if (strdupf(&url, "%s%s%s%s/%s%s%s%s", schemes[h->form], auth ? h->auth : "",
                    auth ? "@" : "", h->domain, user ?: "", user ? "/" : "", h->project,
                    suffix) < 0)
                return NULL;
        return url;
}
