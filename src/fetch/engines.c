/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/engines.h"

#include "basic/string-util.h"
#include "fetch/tree-packages.h"
#include "npm/registry/npmrc.h"
#include "npm/tree/resolver.h"

/* Others are counted: there have to be notices left for what else there is to say. */
#define ENGINE_NOTICES_MAX 20

#define ENGINE_TEXT_MAX    128 /* bytes of a range that is shown; most have 10 */

static const char *engine_text(const Node *n) {
        const char *range = n->manifest->engine_node;

        return strlen(range) > ENGINE_TEXT_MAX || has_control(range) ? "of another version" : range;
}

static void add_notice(Fetch *f, const Node *n) {
        fetch_notice(f, "EBADENGINE: %s@%s, in %s, wants node %s, but there is node %s",
                     n->manifest->name, n->manifest->version, n->location, engine_text(n),
                     f->node_version);
}

static int refuse_package(const Fetch *f, const Node *n, Error *e) {
        return error_set(e, -EOPNOTSUPP,
                         "EBADENGINE: %s@%s wants node %s, but there is node %s, and npm's setting "
                         "'engine-strict' is on",
                         n->manifest->name, n->manifest->version, engine_text(n), f->node_version);
}

int engines_check(Fetch *f, Error *e) {
        unsigned n_unfit = 0;
        bool strict;
        Tree *t;

        assert(f);

        t = resolver_tree(f->resolver);
        strict = npmrc_get_bool(f->npmrc, "engine-strict");
        for (size_t i = 0; i < t->n_nodes; i++) {
                const Node *n = t->nodes[i];

                if (!n->unfit || !node_is_installed(t, n))
                        continue;
                if (strict)
                        return refuse_package(f, n, e);
                if (n_unfit++ < ENGINE_NOTICES_MAX)
                        add_notice(f, n);
        }
        if (n_unfit > ENGINE_NOTICES_MAX)
                fetch_notice(f, "EBADENGINE: %u more packages want another node",
                             n_unfit - ENGINE_NOTICES_MAX);
        return 0;
}
