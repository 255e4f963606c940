/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/signatures.h"

#include "basic/clock.h"
#include "basic/string-util.h"
#include "npm/registry/integrity.h"
#include "npm/registry/json-scan.h"
#include "npm/registry/packument-get.h"
#include "npm/registry/registry.h"
#include "npm/registry/signature.h"

static int refuse_package(Error *e, const SignatureCheck *c, const char *why) {
        return error_set(e, -ENOKEY, "%s: %s", c->label, why);
}

/* -- judging ---------------------------------------------------------------------------------- */

static int judge_unsigned(SignatureCheck *c, Error *e) {
        const SigningRegistry *s = c->registry;
        uint64_t mark;
        int r;

        r = signature_mark(c->label, &mark);
        if (r < 0)
                return r;
        if (s->before && registry_memory_has_mark(s->before, mark))
                return refuse_package(e, c,
                                      "it had a valid signature when it was installed before, but "
                                      "the registry has none for it now");
        if (c->fetch->request->signatures == SIGNATURES_REQUIRED)
                return refuse_package(e, c,
                                      "the registry has no signature for it, and 'signatures = "
                                      "required' is set in pm2ctl.ini");
        c->is_unsigned = true;
        return 1;
}

/* There are no keys that the signature could be checked with. */
static int judge_keyless(SignatureCheck *c, Error *e) {
        SigningRegistry *s = c->registry;

        if (s->r != -ENOENT)
                return error_set(e, -ENOKEY, "%s: its signature cannot be checked: %s", c->label,
                                 error_text(&s->error, s->r));
        if (c->fetch->request->signatures == SIGNATURES_REQUIRED)
                return refuse_package(e, c,
                                      "it is signed, but the registry has no signing keys to check "
                                      "it with, and 'signatures = required' is set in pm2ctl.ini");
        if (!s->noticed)
                fetch_notice(c->fetch, "Signatures of %s are not checked: it has no signing keys",
                             s->name);
        s->noticed = true;
        return 1;
}

/* The signed hash is the registry's, which archives are always compared with: a shrinkwrap must not
 * want another one. */
static int check_integrity(const SignatureCheck *c, Error *e) {
        const char *signed_text = c->published->integrity;
        Integrity is_signed, wanted;

        if (!signed_text || integrity_parse(signed_text, /* e= */ NULL, &is_signed) < 0)
                return refuse_package(
                        e, c, "it has a signature, but no hash that could have been signed");
        if (c->claim && integrity_parse(c->claim, /* e= */ NULL, &wanted) >= 0 &&
            integrity_conflicts(&wanted, &is_signed))
                return refuse_package(e, c,
                                      "the hash in an npm-shrinkwrap.json is not the one that the "
                                      "registry signed");
        return 0;
}

static int ask_time(SignatureCheck *c, Error *e);

static int judge_signed(SignatureCheck *c, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        const Manifest *m = c->published;
        const RegistryKey *key;
        int r;

        if (!c->registry->keys)
                return judge_keyless(c, e);
        r = check_integrity(c, e);
        if (r < 0)
                return r;
        r = signatures_check(&(SignedVersion) { m->name, m->spelled, m->integrity, m->signatures },
                             c->registry->keys, realtime_usec(), c->published_usec, &why, &key);
        if (r == -EKEYEXPIRED && !c->time_asked)
                return ask_time(c, e);
        if (r == -EKEYEXPIRED || r == -EKEYREJECTED)
                return refuse_package(e, c, error_text(&why, r));
        if (r < 0)
                return r;
        r = free_and_strdup(&c->keyid, key->keyid);
        return r < 0 ? r : 1;
}

static void judge_later(void *userdata) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        SignatureCheck *c = userdata;
        int r;

        r = judge_signed(c, &e);
        if (r != 0)
                c->done(c->userdata, r, &e);
}

int signature_check_begin(SignatureCheck *c, Error *e) {
        int r;

        assert(c);
        assert(c->fetch);
        assert(c->label);
        assert(c->done);

        if (c->fetch->request->signatures == SIGNATURES_OFF || !c->name)
                return 1;
        r = signing_registry_get(c->fetch, c->name, e, &c->registry);
        if (r < 0)
                return r;
        if (!c->published || !signatures_are_present(c->published->signatures))
                return judge_unsigned(c, e);
        c->published_usec = USEC_INFINITY;
        c->waiter = (KeysWaiter) { .done = judge_later, .userdata = c };
        r = signing_registry_await_keys(c->registry, c->name, &c->waiter, e);
        return r <= 0 ? r : judge_signed(c, e);
}

void signature_check_done(SignatureCheck *c) {
        assert(c);

        free(TAKE_PTR(c->keyid));
}

/* -- when a version was published ------------------------------------------------------------- */

/* Only the full document has the time, and only for a key that has expired since does it matter. */
static int parse_times(const char *text, size_t size, Error *e, void **ret) {
        Slice value;
        int r;

        r = json_scan_find((Slice) { text, size }, "time", &value);
        if (r <= 0)
                return r;
        return json_scan_parse(value, e, (json_object **) ret);
}

static void discard_times(void *parsed) {
        (void) json_object_put(parsed);
}

static void on_times(void *userdata, int r, void *parsed, bool from_cache, Error *e) {
        _cleanup_(json_object_putp) json_object *times = parsed;
        SignatureCheck *c = userdata;
        const char *text = r < 0 ? NULL : json_get_string(times, c->published->spelled);

        c->fetch->used_cache_alone = c->fetch->used_cache_alone || from_cache;
        /* without a time the signature is refused */
        if (text && registry_time_parse(text, &c->published_usec) < 0)
                c->published_usec = USEC_INFINITY;
        judge_later(c);
}

static int ask_time(SignatureCheck *c, Error *e) {
        int r;

        c->time_asked = true;
        r = registry_get_packument(c->fetch->registry,
                                   &(PackumentGet) {
                                           .name = c->name,
                                           .flags = REGISTRY_FULL,
                                           .parse = parse_times,
                                           .discard = discard_times,
                                           .done = on_times,
                                           .userdata = c,
                                   },
                                   e);
        return r < 0 ? r : 0;
}

/* -- the answer ------------------------------------------------------------------------------- */

/* Only for archives in the tree: others were not compared with the signed hash. */
int signature_check_note_use(const SignatureCheck *c) {
        SigningRegistry *s;
        uint64_t mark;
        int r;

        assert(c);

        s = c->registry;
        if (c->is_unsigned) {
                s->n_unsigned++;
                s->unsigned_label = c->label;
        }
        if (!c->keyid)
                return 0;
        r = signature_mark(c->label, &mark);
        if (r < 0 || (s->before && registry_memory_has_mark(s->before, mark)))
                return r;
        return registry_memory_add_mark(s->found, mark);
}

/* If a registry signs its packages, the user should know about those without a signature. */
static void notice_unsigned(const SigningRegistry *s) {
        const unsigned n = s->n_unsigned;

        if (n == 0 || (!s->keys && !signing_registry_has_remembered_keys(s)))
                return;
        fetch_notice(s->fetch, "%u package%s of %s %s no signature, though it signs others: %s%s",
                     n, n == 1 ? "" : "s", s->name, n == 1 ? "has" : "have", s->unsigned_label,
                     n == 1 ? "" : " and others");
}

int signatures_report(Fetch *f, json_object *answer) {
        json_object *registries;
        int r;

        assert(f);
        assert(answer);

        for (const SigningRegistry *s = f->registries; s; s = s->next)
                notice_unsigned(s);
        r = registry_memories_to_json(&f->found, &registries);
        return r < 0 ? r : json_add(answer, "registries", registries);
}
