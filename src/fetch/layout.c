/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/layout.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/remove.h"
#include "basic/string-util.h"
#include "fetch/bin-links.h"
#include "fetch/signatures.h"
#include "npm/registry/integrity.h"
#include "npm/tree/ideal.h"
#include "npm/tree/lockfile.h"

/* A package's place in the tree, and where its files are before it is taken. */
struct Place {
        Fetch *fetch;
        Node *node;
        char folder[sizeof(((Archive *) NULL)->folder)];
};

static bool is_placed(const Tree *t, const Node *n) {
        return n->root == t->root && n != t->root && n->manifest && !n->link && !n->inert;
}

/* What the registry says of it; nothing, if a shrinkwrap names it and the registry cannot be asked.
 */
static const Manifest *published(const Node *n) {
        return n->in_shrinkwrap ? n->published : n->manifest;
}

int layout_get_archive(Fetch *f, Node *node, void (*done)(void *userdata, Archive *a),
                       void *userdata, Error *e) {
        _cleanup_(freep) char *label = NULL;
        bool registry = !node->origin || !node->origin->spec ||
                        spec_is_registry(node->origin->spec);
        ArchiveSource source = {
                .name = registry ? node->manifest->name : NULL,
                .url = node->resolved,
                .integrity = node->integrity,
                .published = registry ? published(node) : NULL,
        };

        if (asprintf(&label, "%s@%s", node->manifest->name, node->manifest->version) < 0)
                return -ENOMEM;
        source.label = label;
        if (!source.url)
                return error_set(e, -ENOENT, "%s: the registry does not say where its tarball is",
                                 label);
        return archive_get(f, &source, done, userdata, e);
}

/* -- waiting for what is missing ------------------------------------------------------ */

/* An optional one that cannot be had is left out, with a word; one whose registry does not vouch
 * for it ends all. */
static int leave_out(Place *p, int r, const Error *e) {
        if (r == -ENOKEY || ideal_drop_optional(p->node) < 0)
                return r;
        fetch_notice(p->fetch, "left out, since it is optional: %s", error_text(e, r));
        return 0;
}

static void on_archive(void *userdata, Archive *a) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Place *p = userdata;
        Fetch *f = p->fetch;
        int r = a->r;

        /* Two places of one package: the first gets the files, the other fetches them again, which
         * is to say out of the cache. */
        if (r >= 0 && !a->folder[0]) {
                r = archive_copy(a, on_archive, p, &e);
                if (r >= 0)
                        return;
        }
        f->n_missing--;
        if (r >= 0) {
                /* A lock file names no hash but the one that was compared. Of an archive that
                 * was made here of a commit it would say nothing. */
                if (!a->file)
                        p->node->integrity = a->integrity;
                memcpy(p->folder, a->folder, sizeof(p->folder));
                a->folder[0] = 0;
                a->used = true;
                return;
        }
        r = leave_out(p, r, a->r < 0 ? &a->error : &e);
        if (r < 0)
                fetch_fail(f, r, a->r < 0 ? &a->error : &e);
}

static int compare_addresses(const void *a, const void *b) {
        const Place *x = *(Place *const *) a, *y = *(Place *const *) b;
        int r = strcmp(x->node->resolved ?: "", y->node->resolved ?: "");

        if (r == 0)
                r = strcmp(x->node->integrity ?: "", y->node->integrity ?: "");
        return r != 0 ? r : strcmp(x->node->location, y->node->location);
}

static bool places_conflict(const Place *a, const Place *b) {
        Integrity x, y;

        return streq_ptr(a->node->resolved, b->node->resolved) && a->node->integrity &&
               b->node->integrity && integrity_parse(a->node->integrity, /* e= */ NULL, &x) >= 0 &&
               integrity_parse(b->node->integrity, /* e= */ NULL, &y) >= 0 &&
               integrity_conflicts(&x, &y);
}

/* One address with two contents: an npm-shrinkwrap.json is wrong, or a server lies. */
static int check_hashes(Fetch *f, Error *e) {
        _cleanup_(freep) Place **sorted = calloc(f->n_places + 1, sizeof(Place *));

        if (!sorted)
                return -ENOMEM;
        for (size_t i = 0; i < f->n_places; i++)
                sorted[i] = f->places + i;
        qsort(sorted, f->n_places, sizeof(Place *), compare_addresses);
        for (size_t i = 1; i < f->n_places; i++) {
                const Node *a = sorted[i - 1]->node, *b = sorted[i]->node;

                if (places_conflict(sorted[i - 1], sorted[i]))
                        return error_set(e, -EKEYREJECTED,
                                         "%s and %s come from the same address, %s, with different "
                                         "hashes, so one of them is wrong",
                                         a->location, b->location, a->resolved);
        }
        return 0;
}

int layout_begin(Fetch *f, Error *e) {
        Tree *t = resolver_tree(f->resolver);
        int r;

        f->places = calloc(t->n_nodes, sizeof(Place));
        if (!f->places)
                return -ENOMEM;
        for (size_t i = 0; i < t->n_nodes; i++)
                if (is_placed(t, t->nodes[i]) && !t->nodes[i]->in_bundle)
                        f->places[f->n_places++] = (Place){ .fetch = f, .node = t->nodes[i] };

        r = check_hashes(f, e);
        if (r < 0)
                return r;

        f->n_missing = (unsigned) f->n_places;
        for (size_t i = 0; i < f->n_places; i++) {
                _cleanup_(error_clear) Error failure = ERROR_NULL;

                r = layout_get_archive(f, f->places[i].node, on_archive, f->places + i, &failure);
                if (r >= 0)
                        continue;
                r = leave_out(f->places + i, r, &failure);
                if (r < 0)
                        return error_set(e, r, "%s", error_text(&failure, r));
                f->n_missing--;
        }
        return 0;
}

/* -- moving --------------------------------------------------------------------------- */

/* Folders above come before what is in them. */
static int compare_places(const void *a, const void *b) {
        return strcmp(((const Place *) a)->node->location, ((const Place *) b)->node->location);
}

static int make_parents(int dir_fd, const char *path) {
        _cleanup_(freep) char *copy = strdup(path);

        if (!copy)
                return -ENOMEM;
        for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = 0;
                if (mkdirat(dir_fd, copy, 0755) < 0 && errno != EEXIST)
                        return -errno;
                *slash = '/';
        }
        return 0;
}

static int move(Fetch *f, const Place *p, Error *e) {
        int r;

        /* What a package has in this place is another one's by the tree. */
        r = make_parents(f->tree_fd, p->node->location);
        if (r >= 0)
                r = remove_tree_at(f->tree_fd, p->node->location);
        if (r >= 0 && renameat(f->unpacked_fd, p->folder, f->tree_fd, p->node->location) < 0)
                r = -errno;
        if (r < 0)
                return error_set(e, r, "cannot put %s into place: %s", p->node->location,
                                 strerror(-r));
        return 0;
}

/* Frees the text. */
static int write_text(Fetch *f, const char *name, char *given, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(freep) char *text = given;
        int r;

        if (!text)
                return -ENOMEM;
        fd = openat(f->tree_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        r = fd < 0 ? -errno : write_all(fd, text, strlen(text));
        return r < 0 ? error_set(e, r, "cannot write %s: %s", name, strerror(-r)) : 0;
}

int layout_finish(Fetch *f, Error *e) {
        Tree *t = resolver_tree(f->resolver);
        const char *name = path_basename(f->request->tree);
        int r;

        /* again, with those that nothing was known of */
        r = check_hashes(f, e);
        if (r < 0)
                return r;
        qsort(f->places, f->n_places, sizeof(Place), compare_places);
        for (size_t i = 0; i < f->n_places; i++)
                if (!f->places[i].node->inert) {
                        r = move(f, f->places + i, e);
                        if (r < 0)
                                return r;
                }
        r = remove_tree_at(f->tree_fd, UNPACKED_FOLDER);
        if (r < 0)
                return error_set(e, r, "cannot remove %s: %s", UNPACKED_FOLDER, strerror(-r));

        r = bin_links_make(f->tree_fd, t, e);
        if (r >= 0)
                r = write_text(f, "package.json", lockfile_write_root(t, name), e);
        if (r >= 0)
                r = write_text(f, "package-lock.json", lockfile_write(t, LOCKFILE_PROJECT, name),
                               e);
        if (r >= 0)
                r = write_text(f, "node_modules/.package-lock.json",
                               lockfile_write(t, LOCKFILE_HIDDEN, name), e);
        return r;
}

/* -- the answer ----------------------------------------------------------------------- */

/* Where the administrator wants no scripts anywhere. */
static bool scripts_are_off(Fetch *f) {
        const char *value = npmrc_get(f->npmrc, "ignore-scripts");

        return value && streq(value, "true");
}

/* npm builds what has a binding.gyp, whether or not it says so. */
static bool has_scripts(Fetch *f, const Node *n) {
        _cleanup_(freep) char *path = NULL;

        if (n->manifest->has_install_script)
                return true;
        path = path_join(n->location, "binding.gyp");
        return path && faccessat(f->tree_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

/* The id of the key that the module itself is signed with, or NULL. */
static const char *module_key(Fetch *f, const Node *module) {
        for (const Archive *a = f->archives; a; a = a->next)
                if (a->used && a->keyid && a->published == published(module))
                        return a->keyid;
        return NULL;
}

int layout_result(Fetch *f, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        Tree *t = resolver_tree(f->resolver);
        const Node *module = t->root->edges[0].to;
        uint64_t packages = 0;
        bool scripts = false;
        int r;

        if (!o)
                return -ENOMEM;
        if (!module || !module->manifest)
                return error_set(e, -ENOENT, "the module itself is not in the tree");
        for (size_t i = 0; i < t->n_nodes; i++)
                if (is_placed(t, t->nodes[i])) {
                        packages++;
                        scripts = scripts || has_scripts(f, t->nodes[i]);
                }

        r = signatures_result(f, o);
        if (r >= 0)
                r = json_add_string(o, "signed_by", module_key(f, module));
        if (r >= 0)
                r = json_add_string(o, "name", module->name->text);
        if (r >= 0)
                r = json_add_string(o, "version", module->manifest->version);
        if (r >= 0)
                r = json_add_string(o, "source", module->resolved);
        if (r >= 0)
                r = json_add_string(o, "integrity", module->integrity);
        if (r >= 0)
                r = json_add_uint(o, "packages", packages);
        if (r >= 0)
                r = json_add_bool(o, "scripts", scripts && !scripts_are_off(f));
        if (r >= 0 && f->notices)
                r = json_add(o, "notices", json_object_get(f->notices));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}
