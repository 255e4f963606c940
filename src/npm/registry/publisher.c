/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/publisher.h"

#include "basic/string-util.h"
#include "npm/registry/http-body.h"
#include "npm/registry/npmrc-auth.h"
#include "npm/registry/npmrc-http.h"
#include "npm/registry/npmrc-registry.h"
#include "npm/registry/packument-get.h"
#include "npm/registry/packument-url.h"
#include "npm/registry/registry-internal.h"
#include "npm/registry/url.h"
#include "npm/spec/semver.h"

struct Publisher {
        sd_event *event;
        Http *http;
        char *name;
        char *registry;
        char *url; /* of the package's document */
        NpmrcAuth auth;
        Error *e; /* of the question under way */
        bool waiting;

        int r; /* of the answer */
        unsigned status;
        HttpBody body;
};

Publisher *publisher_free(Publisher *p) {
        if (!p)
                return NULL;
        p->http = http_free(p->http);
        p->event = sd_event_unref(p->event);
        npmrc_auth_done(&p->auth);
        free(p->name);
        free(p->registry);
        free(p->url);
        http_body_done(&p->body);
        free(p);
        return NULL;
}

/* "publishConfig": {"registry": …, "@scope:registry": …} */
static int find_registry(const Npmrc *npmrc, json_object *package, const char *name, Error *e,
                         char **ret) {
        json_object *config = json_get(package, "publishConfig");
        const char *slash = name[0] == '@' ? strchr(name, '/') : NULL, *own = NULL;
        _cleanup_(freep) char *key = NULL;
        _cleanup_(url_done) Url url = {};
        int r;

        if (slash && strdupf(&key, "%.*s:registry", (int) (slash - name), name) < 0)
                return -ENOMEM;
        if (key)
                own = json_get_string(config, key);
        if (!own)
                own = json_get_string(config, "registry");
        if (!own)
                return npmrc_registry(npmrc, name, e, ret);

        r = url_parse(own, e, &url);
        if (r < 0)
                return error_prefix(e, r, "package.json: field 'publishConfig'");
        return strdupf(ret, "%s%s", url.text, endswith(url.text, "/") ? "" : "/");
}

int publisher_new(const Npmrc *npmrc, json_object *package, Error *e, Publisher **ret) {
        _cleanup_(publisher_freep) Publisher *p = calloc(1, sizeof(Publisher));
        const char *name = json_get_string(package, "name");
        HttpConfig config;
        int r;

        if (!p)
                return -ENOMEM;
        r = find_registry(npmrc, package, name, e, &p->registry);
        if (r < 0)
                return r;
        r = free_and_strdup(&p->name, name);
        if (r < 0)
                return r;
        r = packument_url(p->registry, name, &p->url);
        if (r < 0)
                return r;
        r = npmrc_auth(npmrc, p->url, p->registry, e, &p->auth);
        if (r < 0)
                return r;
        r = npmrc_http_config(npmrc, e, &config);
        if (r < 0)
                return r;
        r = sd_event_new(&p->event);
        if (r < 0)
                return r;
        r = http_new(p->event, &config, e, &p->http);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(p);
        return 0;
}

const char *publisher_registry(const Publisher *p) {
        return p->registry;
}

bool publisher_authenticated(const Publisher *p) {
        return p->auth.authorization || p->auth.cert_file;
}

const char *publisher_unset(const Publisher *p) {
        return p->auth.unset;
}

/* -- one question --------------------------------------------------------------------- */

static int on_data(void *userdata, const void *data, size_t size) {
        Publisher *p = userdata;

        return http_body_append(&p->body, data, size);
}

static int on_rewind(void *userdata) {
        http_body_done(&((Publisher *) userdata)->body);
        return 0;
}

static void on_done(void *userdata, int r, const HttpResponse *response, Error *e) {
        Publisher *p = userdata;
        const char *what = response && response->authenticate ? response->authenticate : "";

        p->status = response ? response->status : 0;
        if (r < 0)
                r = error_copy(p->e, r, e);
        else if (p->status == 401 && strcasestr(what, "otp"))
                r = error_set(p->e, -EACCES,
                              "the registry requires a one-time password; use --otp=CODE");
        else if (p->status >= 400)
                r = registry_explain_refusal(response, "publishing", p->registry,
                                             publisher_authenticated(p), &p->auth, p->e);
        p->r = r;
        p->waiting = false;
}

static int send_request(Publisher *p, const char *body, const char *otp, Error *e) {
        HttpGet get = {
                .url = p->url,
                .accept = "application/json",
                .authorization = p->auth.authorization,
                .cert_file = p->auth.cert_file,
                .key_file = p->auth.key_file,
                .otp = otp,
                .body = body,
                .body_size = body ? strlen(body) : 0,
                .compressed = !body,
                .size_max = PACKUMENT_MAX,
                .data = on_data,
                .rewind = on_rewind,
                .done = on_done,
                .userdata = p,
        };
        int r;

        p->e = e;
        http_body_done(&p->body);
        p->waiting = true;
        r = http_get(p->http, &get, e);
        if (r < 0)
                return r;
        while (p->waiting) {
                r = sd_event_run(p->event, UINT64_MAX);
                if (r < 0)
                        return r;
        }
        return p->r;
}

/* What it knows of the package: 1, 0 if nothing. */
static int get_document(Publisher *p, Error *e, json_object **ret) {
        int r;

        r = send_request(p, /* body= */ NULL, /* otp= */ NULL, e);
        if (p->status == 404) {
                error_clear(e);
                return 0;
        }
        if (r < 0)
                return r;
        r = json_parse(p->body.text ?: "", p->body.size, e, ret);
        if (r < 0)
                return error_prefix(e, r, "%s: the packument of '%s'", p->registry, p->name);
        return 1;
}

/* The highest published release that is not withdrawn; NULL if there is none. Borrowed. */
static const char *highest_release(json_object *versions) {
        const char *found = NULL;
        Semver best = {}, v;

        if (!json_object_is_type(versions, json_type_object))
                return NULL;
        json_object_object_foreach(versions, text, manifest) {
                if (json_get(manifest, "deprecated") ||
                    semver_parse(slice(text), SEMVER_LOOSE, &v) < 0 || v.prerelease.n > 0)
                        continue;
                if (!found || semver_compare(&v, &best) > 0) {
                        found = text;
                        best = v;
                }
        }
        return found;
}

int publisher_check(Publisher *p, const char *version, bool tag_given, Error *e) {
        _cleanup_(json_object_putp) json_object *document = NULL;
        json_object *versions;
        const char *above;
        Semver a, b;
        int r;

        r = get_document(p, e, &document);
        if (r <= 0)
                return r;
        versions = json_get(document, "versions");
        if (json_has(versions, version))
                return error_set(e, -EEXIST,
                                 "%s@%s is already published at %s, and a version cannot be "
                                 "published twice; raise 'version' in package.json",
                                 p->name, version, p->registry);
        above = tag_given ? NULL : highest_release(versions);
        if (above && semver_parse(slice(above), SEMVER_LOOSE, &a) >= 0 &&
            semver_parse(slice(version), SEMVER_LOOSE, &b) >= 0 && semver_compare(&a, &b) > 0)
                return error_set(e, -ENOTUNIQ,
                                 "%s %s is already published, and %s would move the dist-tag "
                                 "'latest' back; use --tag=NAME",
                                 p->name, above, version);
        return 0;
}

/* Whether the registry has exactly this: then an answer was lost on its way to us. */
static bool has_arrived(Publisher *p, const Publication *publication) {
        _cleanup_(json_object_putp) json_object *document = NULL;
        json_object *manifest;

        if (get_document(p, /* e= */ NULL, &document) <= 0)
                return false;
        manifest = json_get(json_get(document, "versions"), publication->version);
        return streq_ptr(json_get_string(json_get(manifest, "dist"), "integrity"),
                         publication->integrity);
}

/* The registry refused with `status`, or its answer was lost. */
static int judge_refusal(Publisher *p, const Publication *publication, unsigned status, int r,
                         const Error *refused, Error *e) {
        if ((status == 403 || status == 409) && has_arrived(p, publication))
                return 0;
        if (status == 409)
                return error_set(e, -EEXIST,
                                 "%s@%s was published at %s by another user in the meantime; raise "
                                 "'version' in package.json",
                                 p->name, publication->version, p->registry);
        return error_copy(e, r, refused);
}

int publisher_send(Publisher *p, const Publication *publication, const char *otp, Error *e) {
        _cleanup_(error_clear) Error refused = ERROR_NULL;
        _cleanup_(freep) char *text = NULL;
        int r;

        r = publication_text(publication, &text);
        if (r < 0)
                return r;
        r = send_request(p, text, otp, &refused);
        return r < 0 ? judge_refusal(p, publication, p->status, r, &refused, e) : 0;
}
