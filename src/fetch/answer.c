/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/answer.h"

#include <fcntl.h>

#include "basic/path.h"
#include "basic/string-util.h"
#include "fetch/node-archive.h"
#include "fetch/tree-packages.h"
#include "npm/registry/npmrc.h"
#include "npm/tree/resolver.h"

/* The administrator can turn scripts off everywhere. */
static bool scripts_are_off(const Fetch *f) {
        return streq_ptr(npmrc_get(f->npmrc, "ignore-scripts"), "true");
}

/* npm builds what has a binding.gyp, whether or not it says so. */
static bool has_scripts(const Fetch *f, const Node *n) {
        _cleanup_(freep) char *path = NULL;

        if (n->manifest->has_install_script)
                return true;
        path = path_join(n->location, "binding.gyp");
        return path && faccessat(f->tree_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

static int add_packages(const Fetch *f, const Tree *t, json_object *answer) {
        uint64_t packages = 0;
        bool scripts = false;
        int r;

        for (size_t i = 0; i < t->n_nodes; i++)
                if (node_is_installed(t, t->nodes[i])) {
                        packages++;
                        scripts = scripts || has_scripts(f, t->nodes[i]);
                }
        r = json_add_uint(answer, "packages", packages);
        return r < 0 ? r : json_add_bool(answer, "scripts", scripts && !scripts_are_off(f));
}

static int add_module(const Fetch *f, const Node *module, json_object *answer) {
        const struct {
                const char *key, *value;
        } texts[] = {
                { "signed_by", node_archive_keyid(f, module) },
                { "name", module->name->text },
                { "version", module->manifest->version },
                { "source", module->resolved },
                { "integrity", module->integrity },
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                int r = json_add_string(answer, texts[i].key, texts[i].value);

                if (r < 0)
                        return r;
        }
        return 0;
}

int answer_make(Fetch *f, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        const Node *module;
        Tree *t;
        int r;

        assert(f);
        assert(ret);

        t = resolver_tree(f->resolver);
        module = t->root->edges[0].to;
        if (!o)
                return -ENOMEM;
        if (!module || !module->manifest)
                return error_set(e, -ENOENT, "the module itself is not in the tree");
        r = archives_report(f, o);
        if (r < 0)
                return r;
        r = add_module(f, module, o);
        if (r < 0)
                return r;
        r = add_packages(f, t, o);
        if (r < 0)
                return r;
        if (f->notices) {
                r = json_add(o, "notices", json_object_get(f->notices));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(o);
        return 0;
}
