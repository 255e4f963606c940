/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/signatures.h"

#include <time.h>

#include "basic/string-util.h"
#include "npm/registry/integrity.h"
#include "npm/registry/json-scan.h"
#include "npm/registry/signature.h"
#include "npm/registry/url.h"

struct SignedRegistry {
        Fetch *fetch;
        SignedRegistry *next;
        char *name;                   /* its address, without credentials */
        const RegistryMemory *before; /* what is remembered; NULL: nothing */
        RegistryMemory *found;
        const RegistryKeys *keys; /* in force; NULL: there are none, see `r` */
        bool asked, answered, told;
        int r;
        Error error;
        Archive *waiting; /* for the keys */
};

static SignedRegistry *registry_done(SignedRegistry *s) {
        free(s->name);
        error_clear(&s->error);
        free(s);
        return NULL;
}

void signatures_free(Fetch *f) {
        for (SignedRegistry *s = f->registries, *next; s; s = next) {
                next = s->next;
                (void) registry_done(s);
        }
        f->registries = NULL;
        registry_memories_done(&f->found);
}

static int refuse(Error *e, const Archive *a, const char *why) {
        return error_set(e, -ENOKEY, "%s: %s", a->label, why);
}

/* -- registries ------------------------------------------------------------------------------- */

static int add_registry(Fetch *f, const char *name, Error *e, SignedRegistry **ret) {
        SignedRegistry *s;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->fetch = f;
        s->before = registry_memories_find(&f->request->registries, name);
        r = free_and_strdup(&s->name, name);
        if (r >= 0)
                r = registry_memories_add(&f->found, name, &s->found);
        if (r < 0) {
                (void) registry_done(s);
                return r == -E2BIG ? error_set(e, r, "packages of more than %d registries",
                                               REGISTRIES_MAX)
                                   : r;
        }
        s->next = f->registries;
        *ret = f->registries = s;
        return 0;
}

static int find_registry(Fetch *f, const char *package, Error *e, SignedRegistry **ret) {
        _cleanup_(freep) char *address = NULL;
        _cleanup_(url_done) Url url = {};
        int r;

        r = npmrc_registry(f->npmrc, package, e, &address);
        if (r < 0)
                return r;
        r = url_parse(address, e, &url);
        if (r < 0)
                return r;
        for (SignedRegistry *s = f->registries; s; s = s->next)
                if (streq(s->name, url.text)) {
                        *ret = s;
                        return 0;
                }
        return add_registry(f, url.text, e, ret);
}

static bool has_remembered_keys(const SignedRegistry *s) {
        return s->before && s->before->keys.n > 0;
}

/* -- judging ---------------------------------------------------------------------------------- */

static int judge_unsigned(SignedRegistry *s, Archive *a, Error *e) {
        uint64_t mark;
        int r;

        r = signature_mark(a->label, &mark);
        if (r < 0)
                return r;
        if (s->before && registry_memory_has_mark(s->before, mark))
                return refuse(e, a,
                              "it had a valid signature when it was installed before, and the "
                              "registry has none for it now");
        if (s->fetch->request->signatures == SIGNATURES_REQUIRED)
                return refuse(e, a,
                              "the registry has no signature for it, and 'signatures = required' "
                              "is set in pm2ctl.ini");
        a->is_unsigned = true;
        return 1;
}

/* There are no keys that the signature could be checked with. */
static int judge_keyless(SignedRegistry *s, Archive *a, Error *e) {
        if (s->r != -ENOENT)
                return error_set(e, -ENOKEY, "%s: its signature cannot be checked: %s", a->label,
                                 error_text(&s->error, s->r));
        if (s->fetch->request->signatures == SIGNATURES_REQUIRED)
                return refuse(e, a,
                              "it is signed, but the registry has no keys to check that with, and "
                              "'signatures = required' is set in pm2ctl.ini");
        if (!s->told)
                fetch_notice(s->fetch, "Signatures of %s are not checked: it has no signing keys",
                             s->name);
        s->told = true;
        return 1;
}

/* What was signed is what has to come: archives are compared with the registry's hash, whatever
 * else a shrinkwrap says. */
static int check_integrity(const Archive *a, Error *e) {
        const char *signed_text = a->published->integrity;
        Integrity is_signed, wanted;

        if (!signed_text || integrity_parse(signed_text, /* e= */ NULL, &is_signed) < 0)
                return refuse(e, a, "it has a signature, but no hash that could be signed");
        if (a->claim && integrity_parse(a->claim, /* e= */ NULL, &wanted) >= 0 &&
            integrity_conflicts(&wanted, &is_signed))
                return refuse(e, a,
                              "an npm-shrinkwrap.json has another hash than the one that the "
                              "registry signed");
        return 0;
}

static uint64_t real_usec(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return (uint64_t) t.tv_sec * USEC_PER_SEC + (uint64_t) t.tv_nsec / NSEC_PER_USEC;
}

static int ask_time(Archive *a, Error *e);

static int judge_signed(SignedRegistry *s, Archive *a, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        const Manifest *m = a->published;
        const RegistryKey *key;
        int r;

        if (!s->keys)
                return judge_keyless(s, a, e);
        r = check_integrity(a, e);
        if (r < 0)
                return r;
        r = signatures_check(&(SignedVersion){ m->name, m->spelled, m->integrity, m->signatures },
                             s->keys, real_usec(), a->published_usec, &why, &key);
        if (r == -EKEYEXPIRED && !a->time_asked)
                return ask_time(a, e);
        if (r == -EKEYEXPIRED || r == -EKEYREJECTED)
                return refuse(e, a, error_text(&why, r));
        if (r < 0)
                return r;
        r = free_and_strdup(&a->keyid, key->keyid);
        return r < 0 ? r : 1;
}

static void judge_again(SignedRegistry *s, Archive *a) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = judge_signed(s, a, &e);
        if (r != 0)
                archive_judged(a, r, &e);
}

/* -- when a version was published ------------------------------------------------------------- */

/* The full document says so, and only of a key that has expired since does it matter. */
static int parse_times(const char *text, size_t size, Error *e, void **ret) {
        Slice value;
        int r;

        r = json_scan_find((Slice){ text, size }, "time", &value);
        if (r <= 0)
                return r;
        return json_scan_parse(value, e, (json_object **) ret);
}

static void discard_times(void *parsed) {
        (void) json_object_put(parsed);
}

static void on_times(void *userdata, int r, void *parsed, bool unasked, Error *e) {
        _cleanup_(json_object_putp) json_object *times = parsed;
        Archive *a = userdata;
        const char *text = r < 0 ? NULL : json_get_string(times, a->published->spelled);

        a->fetch->unasked = a->fetch->unasked || unasked;
        /* without one the signature is refused */
        if (text && registry_time_parse(text, &a->published_usec) < 0)
                a->published_usec = USEC_INFINITY;
        judge_again(a->registry, a);
}

static int ask_time(Archive *a, Error *e) {
        int r;

        a->time_asked = true;
        r = registry_get_packument(a->fetch->registry,
                                   &(PackumentGet){ .name = a->name,
                                                    .flags = REGISTRY_FULL,
                                                    .parse = parse_times,
                                                    .discard = discard_times,
                                                    .done = on_times,
                                                    .userdata = a },
                                   e);
        return r < 0 ? r : 0;
}

/* -- the keys --------------------------------------------------------------------------------- */

static void discard_keys(void *parsed) {
        if (parsed)
                registry_keys_done(parsed);
        free(parsed);
}

static int parse_keys(const char *text, size_t size, Error *e, void **ret) {
        RegistryKeys *keys = calloc(1, sizeof(*keys));
        int r;

        if (!keys)
                return -ENOMEM;
        r = registry_keys_parse(text, size, e, keys);
        if (r < 0) {
                free(keys);
                return r;
        }
        *ret = keys;
        return 0;
}

/* Takes the keys over. */
static int accept_keys(SignedRegistry *s, RegistryKeys *keys, Error *e) {
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

/* A registry that cannot be asked has the keys it had. */
static void use_remembered(SignedRegistry *s, int r, const Error *e) {
        s->keys = &s->before->keys;
        if (!s->fetch->request->offline)
                fetch_notice(s->fetch,
                             "The signing keys that are remembered of %s are used, since "
                             "it cannot be asked for them: %s",
                             s->name, error_text(e, r));
}

static void on_keys(void *userdata, int r, void *parsed, bool unasked, Error *e) {
        SignedRegistry *s = userdata;

        s->fetch->unasked = s->fetch->unasked || unasked;
        s->answered = true;
        if (r < 0 && r != -ENOMEM && has_remembered_keys(s))
                use_remembered(s, r, e);
        else if (r < 0) {
                s->r = r;
                (void) error_set(&s->error, r, "%s", error_text(e, r));
        } else
                s->r = accept_keys(s, parsed, &s->error);
        discard_keys(parsed);

        while (s->waiting) {
                Archive *a = s->waiting;

                s->waiting = a->next_waiting;
                judge_again(s, a);
        }
}

static int ask_keys(SignedRegistry *s, const char *package, Error *e) {
        int r;

        if (s->asked)
                return 0;
        r = registry_get_packument(s->fetch->registry,
                                   &(PackumentGet){ .name = package,
                                                    .flags = REGISTRY_KEYS,
                                                    .parse = parse_keys,
                                                    .discard = discard_keys,
                                                    .done = on_keys,
                                                    .userdata = s },
                                   e);
        s->asked = r >= 0;
        return r;
}

int signatures_judge(Fetch *f, Archive *a, Error *e) {
        SignedRegistry *s = NULL;
        int r;

        if (f->request->signatures == SIGNATURES_OFF || !a->name || a->file)
                return 1;
        r = find_registry(f, a->name, e, &s);
        if (r < 0)
                return r;
        a->registry = s;
        if (!a->published || !signatures_are_present(a->published->signatures))
                return judge_unsigned(s, a, e);
        if (s->answered)
                return judge_signed(s, a, e);
        r = ask_keys(s, a->name, e);
        if (r < 0)
                return r;
        a->next_waiting = s->waiting;
        s->waiting = a;
        return 0;
}

/* -- the answer ------------------------------------------------------------------------------- */

/* Where a registry signs its packages, one without is worth a word. */
static void tell_unsigned(const SignedRegistry *s) {
        const Archive *first = NULL;
        unsigned n = 0;

        if (!s->keys && !has_remembered_keys(s))
                return;
        for (const Archive *a = s->fetch->archives; a; a = a->next)
                if (a->used && a->is_unsigned && a->registry == s) {
                        first = a;
                        n++;
                }
        if (n > 0)
                fetch_notice(s->fetch,
                             "%u package%s of %s %s no signature, though it signs "
                             "others: %s%s",
                             n, n == 1 ? "" : "s", s->name, n == 1 ? "has" : "have", first->label,
                             n == 1 ? "" : " and others");
}

/* Only what is in the tree: other archives were not compared with the signed hash. */
static int remember(const Archive *a) {
        const SignedRegistry *s = a->registry;
        uint64_t mark;
        int r;

        if (!a->used || !a->keyid)
                return 0;
        r = signature_mark(a->label, &mark);
        if (r < 0 || (s->before && registry_memory_has_mark(s->before, mark)))
                return r;
        return registry_memory_add_mark(s->found, mark);
}

int signatures_result(Fetch *f, json_object *answer) {
        json_object *registries;
        int r;

        for (const Archive *a = f->archives; a; a = a->next) {
                r = remember(a);
                if (r < 0)
                        return r;
        }
        for (const SignedRegistry *s = f->registries; s; s = s->next)
                tell_unsigned(s);
        r = registry_memories_to_json(&f->found, &registries);
        return r < 0 ? r : json_add(answer, "registries", registries);
}
