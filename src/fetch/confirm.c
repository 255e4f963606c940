/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/confirm.h"

#include "basic/string-util.h"
#include "npm/registry/pick.h"

static const Manifest *module_chosen(Fetch *f) {
        const Tree *t = f->resolved ? resolver_tree(f->resolver) : NULL;

        return t && t->root->n_edges > 0 && t->root->edges[0].to ? t->root->edges[0].to->manifest
                                                                 : NULL;
}

/* Whether the document still comes to the version that the tree was made for, and the registry
 * still vouches for it in the same way. */
static bool is_same(Fetch *f, Packument *p) {
        const Spec *spec = f->spec->type == SPEC_ALIAS ? f->spec->target : f->spec;
        const Manifest *chosen = module_chosen(f);
        Manifest *now;

        return chosen &&
               pick_manifest(p, spec, &f->platform, /* steps= */ NULL, /* e= */ NULL, &now) >= 0 &&
               streq(now->version, chosen->version) && streq_ptr(now->tarball, chosen->tarball) &&
               streq_ptr(now->integrity, chosen->integrity) &&
               json_object_equal(now->signatures, chosen->signatures);
}

void confirm_judge(Fetch *f) {
        if (f->confirmation && !is_same(f, f->confirmation))
                fetch_fail(f, -ESTALE, /* e= */ NULL);
}

/* A registry that cannot be reached now is none that says otherwise. */
static void on_answer(void *userdata, int r, void *parsed, bool unasked, Error *e) {
        Fetch *f = userdata;

        f->confirming = false;
        f->confirmation = parsed;
        fetch_advance(f);
}

int confirm_begin(Fetch *f, Error *e) {
        int r;

        if (f->request->offline || f->request->prefer_offline)
                return 0;
        r = registry_get_packument(f->registry,
                                   &(PackumentGet){
                                           .name = spec_registry_name(f->spec),
                                           .flags = REGISTRY_CONFIRM,
                                           .parse = fetch_parse_packument,
                                           .discard = fetch_discard_packument,
                                           .done = on_answer,
                                           .userdata = f,
                                   },
                                   e);
        f->confirming = r >= 0;
        return r;
}
