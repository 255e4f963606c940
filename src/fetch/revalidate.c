/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/revalidate.h"

#include "basic/string-util.h"
#include "fetch/packument-request.h"
#include "npm/registry/pick.h"
#include "npm/tree/resolver.h"

static const Manifest *module_manifest(const Fetch *f) {
        const Tree *t = f->resolved ? resolver_tree(f->resolver) : NULL;

        if (!t || t->root->n_edges == 0 || !t->root->edges[0].to)
                return NULL;
        return t->root->edges[0].to->manifest;
}

/* Whether the document still leads to the version that the tree was made for, with the same hash
 * and signatures. */
static bool module_is_current(const Fetch *f, Packument *p) {
        const Spec *spec = f->spec->type == SPEC_ALIAS ? f->spec->target : f->spec;
        const Manifest *used = module_manifest(f);
        Manifest *now;

        return used &&
               pick_manifest(p, spec, &f->platform, npmrc_install_before(&f->settings, spec->name),
                             /* steps= */ NULL, /* e= */ NULL, &now) >= 0 &&
               streq(now->version, used->version) && streq_ptr(now->tarball, used->tarball) &&
               streq_ptr(now->integrity, used->integrity) &&
               json_object_equal(now->signatures, used->signatures);
}

int revalidate_result(const Fetch *f) {
        assert(f);
        assert(!f->revalidating);

        return f->current && !module_is_current(f, f->current) ? -ESTALE : 0;
}

static void on_packument(void *userdata, int r, void *parsed, bool from_cache, Error *e) {
        Fetch *f = userdata;

        f->revalidating = false;
        f->current = parsed;
        fetch_continue(f);
}

int revalidate_module(Fetch *f, Error *e) {
        int r;

        assert(f);
        assert(spec_is_registry(f->spec));

        if (f->flags & (REGISTRY_OFFLINE | REGISTRY_PREFER_OFFLINE))
                return 0;
        r = packument_request(f->registry, spec_registry_name(f->spec),
                              REGISTRY_REVALIDATE | packument_flags(&f->settings), on_packument, f,
                              e);
        if (r < 0)
                return r;
        f->revalidating = true;
        return 0;
}
