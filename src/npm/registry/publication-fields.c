/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/publication-fields.h"

#include <ctype.h>

#include "basic/string-util.h"
#include "npm/registry/publication-lists.h"

/* -- repositories --------------------------------------------------------------------- */

/* How npm writes a repository at a known service: by the scheme that it was written with. NULL if
 * out of memory. */
static char *hosted_text(const Hosted *h, bool in_dependencies) {
        const bool plain = h->form == HOSTED_GIT ||
                           (h->form != HOSTED_SSH && streq(h->service, "sourcehut"));
        const char *hash = h->committish ? "#" : "", *committish = h->committish ?: "";
        _cleanup_(freep) char *url = hosted_url(h);
        char *text = NULL;

        if (!url)
                return NULL;
        if (in_dependencies && h->form == HOSTED_SHORTCUT)
                (void) strdupf(&text, "%s:%s%s%s%s%s", h->service, h->user ?: "",
                               h->user ? "/" : "", h->project, hash, committish);
        else
                (void) strdupf(&text, "%s%s%s%s", plain ? "" : "git+", url, hash, committish);
        return text;
}

int publication_fix_hosted(json_object *o, const char *key, bool in_dependencies, Hosted *ret) {
        const char *text = json_get_string(o, key);
        _cleanup_(hosted_done) Hosted h = {};
        _cleanup_(freep) char *fixed = NULL;
        int r;

        r = text ? hosted_parse(text, &h) : 0;
        if (r <= 0)
                return r;
        fixed = hosted_text(&h, in_dependencies);
        r = fixed ? json_add_string(o, key, fixed) : -ENOMEM;
        if (r < 0)
                return r;
        if (ret) {
                *ret = h;
                h = (Hosted) {};
        }
        return 1;
}

/* Where people read about the package, and complain, unless it says so itself. */
static int add_hosted_pages(json_object *m, const Hosted *h) {
        const bool gist = streq(h->service, "gist");
        _cleanup_(freep) char *page = NULL, *issues = NULL, *docs = NULL;
        json_object *bugs;
        int r;

        if (strdupf(&page, "https://%s/%s%s%s", h->domain, gist ? "" : h->user, gist ? "" : "/",
                    h->project) < 0 ||
            strdupf(&issues, "%s%s", page, gist ? "" : "/issues") < 0 ||
            strdupf(&docs, "%s%s%s%s", page,
                    gist || !h->committish             ? ""
                    : streq(h->service, "bitbucket") ? "/src/"
                                                     : "/tree/",
                    gist ? "" : h->committish ?: "", gist ? "" : "#readme") < 0)
                return -ENOMEM;
        if (!json_get(m, "homepage")) {
                r = json_add_string(m, "homepage", docs);
                if (r < 0)
                        return r;
        }
        if (json_get(m, "bugs") || streq(h->service, "sourcehut"))
                return 0;
        bugs = json_object_new_object();
        r = json_add(m, "bugs", bugs);
        return r < 0 ? r : json_add_string(bugs, "url", issues);
}

static int fix_repository(json_object *m) {
        json_object *repository = json_get(m, "repository"), *o;
        _cleanup_(hosted_done) Hosted h = {};
        _cleanup_(freep) char *url = NULL;
        int r;

        if (json_string(repository)) {
                url = strdup(json_string(repository));
                o = json_object_new_object();
                r = json_add(m, "repository", o);
                if (r < 0 || !url)
                        return -ENOMEM;
                r = json_add_string(o, "type", "git");
                if (r < 0)
                        return r;
                r = json_add_string(o, "url", url);
                if (r < 0)
                        return r;
        }
        r = publication_fix_hosted(json_get(m, "repository"), "url", /* in_dependencies= */ false,
                                   &h);
        return r <= 0 ? r : add_hosted_pages(m, &h);
}

/* -- addresses and people ------------------------------------------------------------- */

static bool is_url(const char *text) {
        size_t n = 0;

        while (isalnum((unsigned char) text[n]) || (n > 0 && text[n] && strchr("+.-", text[n])))
                n++;
        return isalpha((unsigned char) text[0]) && text[n] == ':' && text[n + 1];
}

static bool is_email(const char *text) {
        const char *at = strchr(text, '@'), *dot = strrchr(text, '.');

        return at && dot && at < dot;
}

static int fix_homepage(json_object *m) {
        const char *text = json_get_string(m, "homepage");
        _cleanup_(freep) char *url = NULL;

        if (!text) {
                json_object_object_del(m, "homepage");
                return 0;
        }
        if (is_url(text))
                return 0;
        return strdupf(&url, "http://%s", text) < 0 ? -ENOMEM : json_add_string(m, "homepage", url);
}

static int fix_bugs(json_object *m) {
        json_object *bugs = json_get(m, "bugs");
        const char *text = json_string(bugs), *url = json_get_string(bugs, "url") ?: text,
                   *email = json_get_string(bugs, "email") ?: text;
        _cleanup_(json_object_putp) json_object *o = NULL;
        int r;

        if (text && !is_url(text) && !is_email(text))
                return 0; /* npm leaves it */
        o = json_object_new_object();
        if (!o)
                return -ENOMEM;
        if (email && is_email(email)) {
                r = json_add_string(o, "email", email);
                if (r < 0)
                        return r;
        }
        if (url && is_url(url) && !(text && is_email(text))) {
                r = json_add_string(o, "url", url);
                if (r < 0)
                        return r;
        }
        if (json_object_object_length(o) > 0)
                return json_add(m, "bugs", TAKE_PTR(o));
        json_object_object_del(m, "bugs");
        return 0;
}

/* What stands between the two, as a member. */
static int add_between(json_object *o, const char *key, const char *text, char open, char close) {
        const char *start = strchr(text, open), *end = start ? strchr(start, close) : NULL;
        _cleanup_(freep) char *part = NULL;

        if (!end || end == start + 1)
                return 0;
        part = strndup(start + 1, (size_t) (end - start - 1));
        return part ? json_add_string(o, key, part) : -ENOMEM;
}

/* "Name <email> (url)". */
static int parse_person(const char *text, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        _cleanup_(freep) char *name = NULL;
        size_t n = strcspn(text, "(<"), skip;
        int r;

        skip = MIN2(strspn(text, " \t"), n);
        while (n > skip && (text[n - 1] == ' ' || text[n - 1] == '\t'))
                n--;
        name = strndup(text + skip, n - skip);
        if (!o || !name)
                return -ENOMEM;
        r = isempty(name) ? 0 : json_add_string(o, "name", name);
        if (r < 0)
                return r;
        r = add_between(o, "email", text, '<', '>');
        if (r < 0)
                return r;
        r = add_between(o, "url", text, '(', ')');
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

static int fix_person(json_object *given, json_object **ret) {
        const char *name = json_get_string(given, "name"),
                   *email = json_get_string(given, "email") ?: json_get_string(given, "mail"),
                   *url = json_get_string(given, "url") ?: json_get_string(given, "web");
        _cleanup_(freep) char *text = NULL;

        if (json_string(given))
                return parse_person(json_string(given), ret);
        if (strdupf(&text, "%s%s%s%s%s%s%s", name ?: "", email ? " <" : "", email ?: "",
                    email ? ">" : "", url ? " (" : "", url ?: "", url ? ")" : "") < 0)
                return -ENOMEM;
        return parse_person(text, ret);
}

static int fix_people(json_object *m, const char *key) {
        json_object *given = json_get(m, key), *list;
        int r;

        if (!json_object_is_type(given, json_type_array))
                return 0;
        list = json_object_new_array();
        if (!list)
                return -ENOMEM;
        for (size_t i = 0; i < json_object_array_length(given); i++) {
                json_object *person = NULL;

                r = fix_person(json_object_array_get_idx(given, i), &person);
                if (r < 0 || json_object_array_add(list, person) < 0) {
                        (void) json_object_put(person);
                        (void) json_object_put(list);
                        return -ENOMEM;
                }
        }
        return json_add(m, key, list);
}

static int fix_author(json_object *m) {
        json_object *author = json_get(m, "author"), *person;
        int r;

        if (!author || (json_string(author) && isempty(json_string(author))))
                return 0;
        r = fix_person(author, &person);
        return r < 0 ? r : json_add(m, "author", person);
}

/* -- the whole ------------------------------------------------------------------------ */

int publication_normalize(json_object *package) {
        static const char *const people[] = { "contributors", "maintainers" };
        int r;

        assert(package);

        r = fix_repository(package);
        if (r < 0)
                return r;
        if (json_has(package, "homepage")) {
                r = fix_homepage(package);
                if (r < 0)
                        return r;
        }
        if (json_get(package, "bugs")) {
                r = fix_bugs(package);
                if (r < 0)
                        return r;
        }
        r = fix_author(package);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(people); i++) {
                r = fix_people(package, people[i]);
                if (r < 0)
                        return r;
        }
        return publication_normalize_lists(package);
}
