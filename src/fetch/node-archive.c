/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/node-archive.h"

#include "basic/string-util.h"
#include "npm/tree/tree.h"

/* What the registry says of it; NULL if a shrinkwrap names it and the registry cannot be asked. */
static const Manifest *node_published(const Node *n) {
        return n->in_shrinkwrap ? n->published : n->manifest;
}

int node_archive_get(Fetch *f, const Node *node, ArchiveDone done, void *userdata, Error *e) {
        _cleanup_(freep) char *label = NULL;
        bool registry;

        assert(f);
        assert(node && node->manifest);

        registry = !node->origin || !node->origin->spec || spec_is_registry(node->origin->spec);
        if (strdupf(&label, "%s@%s", node->manifest->name, node->manifest->version) < 0)
                return -ENOMEM;
        if (!node->resolved)
                return error_set(e, -ENOENT, "%s: the registry does not say where its tarball is",
                                 label);
        return archive_get(f,
                           &(ArchiveSource) { .label = label,
                                              .name = registry ? node->manifest->name : NULL,
                                              .url = node->resolved,
                                              .integrity = node->integrity,
                                              .published = registry ? node_published(node) : NULL },
                           done, userdata, e);
}

const char *node_archive_keyid(const Fetch *f, const Node *node) {
        assert(f);
        assert(node);

        for (const Archive *a = f->archives; a; a = a->next)
                if (a->used && a->signature.keyid && a->published == node_published(node))
                        return a->signature.keyid;
        return NULL;
}
