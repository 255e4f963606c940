/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/signing-registry.h"

#include "basic/string-util.h"
#include "npm/registry/npmrc-registry.h"
#include "npm/registry/packument-get.h"
#include "npm/registry/registry.h"
#include "npm/registry/url.h"

static SigningRegistry *signing_registry_free(SigningRegistry *s) {
        if (!s)
                return NULL;
        free(s->name);
        error_clear(&s->error);
        free(s);
        return NULL;
}
DEFINE_CLEANUP(SigningRegistry *, signing_registry_free);

void signing_registries_free(Fetch *f) {
        assert(f);

        for (SigningRegistry *s = f->registries, *next; s; s = next) {
                next = s->next;
                (void) signing_registry_free(s);
        }
        f->registries = NULL;
        registry_memories_done(&f->found);
}

/* -- finding one ------------------------------------------------------------------------------ */

static int add_registry(Fetch *f, const char *name, Error *e, SigningRegistry **ret) {
        _cleanup_(signing_registry_freep) SigningRegistry *s = calloc(1, sizeof(*s));
        int r;

        if (!s)
                return -ENOMEM;
        s->fetch = f;
        s->before = registry_memories_find(&f->request->registries, name);
        r = free_and_strdup(&s->name, name);
        if (r < 0)
                return r;
        r = registry_memories_add(&f->found, name, &s->found);
        if (r == -E2BIG)
                return error_set(e, r, "its packages come from more than %d registries",
                                 REGISTRIES_MAX);
        if (r < 0)
                return r;
        s->next = f->registries;
        f->registries = s;
        *ret = TAKE_PTR(s);
        return 0;
}

int signing_registry_get(Fetch *f, const char *package, Error *e, SigningRegistry **ret) {
        _cleanup_(freep) char *address = NULL;
        _cleanup_(url_done) Url url = {};
        int r;

        assert(f);
        assert(package);
        assert(ret);

        r = npmrc_registry(f->npmrc, package, e, &address);
        if (r < 0)
                return r;
        r = url_parse(address, e, &url);
        if (r < 0)
                return r;
        for (SigningRegistry *s = f->registries; s; s = s->next)
                if (streq(s->name, url.text)) {
                        *ret = s;
                        return 0;
                }
        return add_registry(f, url.text, e, ret);
}

bool signing_registry_has_remembered_keys(const SigningRegistry *s) {
        assert(s);

        return s->before && s->before->keys.n > 0;
}

/* -- its keys --------------------------------------------------------------------------------- */

static void discard_keys(void *parsed) {
        if (parsed)
                registry_keys_done(parsed);
        free(parsed);
}

static int parse_keys(const char *text, size_t size, Error *e, void **ret) {
        _cleanup_(freep) RegistryKeys *keys = calloc(1, sizeof(*keys));
        int r;

        if (!keys)
                return -ENOMEM;
        r = registry_keys_parse(text, size, e, keys);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(keys);
        return 0;
}

/* Takes the keys over. */
static int accept_keys(SigningRegistry *s, RegistryKeys *keys, Error *e) {
        int r;

        if (s->before) {
                r = registry_keys_check_replaced(&s->before->keys, keys, e);
                if (r < 0)
                        return error_prefix(e, r, "%s", s->name);
        }
        registry_memory_set_keys(s->found, keys);
        s->keys = &s->found->keys;
        return 0;
}

/* If a registry cannot be asked, the keys that pm2ctl remembers of it are used. */
static void use_remembered_keys(SigningRegistry *s, int r, const Error *e) {
        s->keys = &s->before->keys;
        if (!(s->fetch->flags & REGISTRY_OFFLINE))
                fetch_notice(s->fetch,
                             "Using the stored signing keys of %s, since it cannot be "
                             "asked for the current ones: %s",
                             s->name, error_text(e, r));
}

static void on_keys(void *userdata, int r, void *parsed, bool from_cache, Error *e) {
        SigningRegistry *s = userdata;

        s->fetch->used_cache_alone = s->fetch->used_cache_alone || from_cache;
        s->answered = true;
        if (r < 0 && r != -ENOMEM && signing_registry_has_remembered_keys(s))
                use_remembered_keys(s, r, e);
        else if (r < 0) {
                s->r = r;
                (void) error_copy(&s->error, r, e);
        } else
                s->r = accept_keys(s, parsed, &s->error);
        discard_keys(parsed);

        while (s->waiting) {
                KeysWaiter *w = s->waiting;

                s->waiting = w->next;
                w->done(w->userdata);
        }
}

int signing_registry_await_keys(SigningRegistry *s, const char *package, KeysWaiter *w, Error *e) {
        int r;

        assert(s);
        assert(package);
        assert(w && w->done);

        if (s->answered)
                return 1;
        if (!s->asked) {
                r = registry_get_packument(s->fetch->registry,
                                           &(PackumentGet) {
                                                   .name = package,
                                                   .flags = REGISTRY_KEYS,
                                                   .parse = parse_keys,
                                                   .discard = discard_keys,
                                                   .done = on_keys,
                                                   .userdata = s,
                                           },
                                           e);
                if (r < 0)
                        return r;
                s->asked = true;
        }
        w->next = s->waiting;
        s->waiting = w;
        return 0;
}
