/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/tree.h"

int tree_init(Tree *t, Names *names) {
        *t = (Tree) { .names = names, .children_size = 1024 };
        t->children = calloc(t->children_size, sizeof(*t->children));
        if (!t->children)
                return -ENOMEM;
        for (Name *n = names->first; n; n = n->next) {
                n->nodes = n->nodes_last = NULL;
                n->edges = NULL;
        }
        return 0;
}

void tree_done(Tree *t) {
        free(t->children);
        free(t->nodes);
        arena_done(&t->arena);
        *t = (Tree) { 0 };
}

static size_t hash_child(const Tree *t, const Node *parent, const Name *key) {
        return ((uintptr_t) parent / sizeof(void *) * 31 + (uintptr_t) key / sizeof(void *)) %
               t->children_size;
}

Node *tree_child(const Tree *t, const Node *parent, const Name *name) {
        for (Node *n = t->children[hash_child(t, parent, name->key)]; n; n = n->child_hash)
                if (n->parent == parent && n->name->key == name->key)
                        return n;
        return NULL;
}

Node *tree_resolve(const Tree *t, const Node *node, const Name *name) {
        for (; node; node = node->parent) {
                Node *child = tree_child(t, node, name);

                if (child)
                        return child;
        }
        return NULL;
}

static int hash_add(Tree *t, Node *n) {
        size_t h;

        if (t->n_children >= t->children_size) {
                Node **old = t->children;
                size_t size = t->children_size;

                t->children = calloc(size * 2, sizeof(*t->children));
                if (!t->children) {
                        t->children = old;
                        return -ENOMEM;
                }
                t->children_size = size * 2;
                for (size_t i = 0; i < size; i++)
                        for (Node *c = old[i], *next; c; c = next) {
                                next = c->child_hash;
                                h = hash_child(t, c->parent, c->name->key);
                                c->child_hash = t->children[h];
                                t->children[h] = c;
                        }
                free(old);
        }
        h = hash_child(t, n->parent, n->name->key);
        n->child_hash = t->children[h];
        t->children[h] = n;
        t->n_children++;
        return 0;
}

static void hash_remove(Tree *t, Node *n) {
        Node **p = t->children + hash_child(t, n->parent, n->name->key);

        while (*p != n)
                p = &(*p)->child_hash;
        *p = n->child_hash;
        n->child_hash = NULL;
        t->n_children--;
}

static void edge_unlink(Edge *e) {
        Node *to = e->to;

        if (!to)
                return;
        if (e->in_prev)
                e->in_prev->in_next = e->in_next;
        else
                to->in_first = e->in_next;
        if (e->in_next)
                e->in_next->in_prev = e->in_prev;
        else
                to->in_last = e->in_prev;
        e->in_prev = e->in_next = NULL;
        e->to = NULL;
}

/* Looks again what answers the edge. */
static void edge_reload(Tree *t, Edge *e) {
        Node *to = tree_resolve(t, e->from, e->requirement->name);

        if (to == e->to)
                return;
        edge_unlink(e);
        if (!to)
                return;
        e->to = to;
        e->in_prev = to->in_last;
        if (to->in_last)
                to->in_last->in_next = e;
        else
                to->in_first = e;
        to->in_last = e;
}

/* The names' lists hold what is in the tree to be installed. */
static void list_node(Node *n) {
        n->name_prev = n->name->nodes_last;
        n->name_next = NULL;
        if (n->name_prev)
                n->name_prev->name_next = n;
        else
                n->name->nodes = n;
        n->name->nodes_last = n;

        NODE_FOREACH_EDGE(e, n) {
                Name *key = e->requirement->name->key;

                e->name_prev = NULL;
                e->name_next = key->edges;
                if (key->edges)
                        key->edges->name_prev = e;
                key->edges = e;
        }
}

static void unlist_node(Node *n) {
        if (n->name_prev)
                n->name_prev->name_next = n->name_next;
        else
                n->name->nodes = n->name_next;
        if (n->name_next)
                n->name_next->name_prev = n->name_prev;
        else
                n->name->nodes_last = n->name_prev;
        n->name_prev = NULL; /* name_next stays: a caller may be walking over the list */

        NODE_FOREACH_EDGE(e, n) {
                if (e->name_prev)
                        e->name_prev->name_next = e->name_next;
                else
                        e->requirement->name->key->edges = e->name_next;
                if (e->name_next)
                        e->name_next->name_prev = e->name_prev;
                e->name_prev = e->name_next = NULL;
        }
}

static int set_root(Tree *t, Node *n, Node *root) {
        bool was = n->root == t->root && t->root, is = root == t->root && t->root;
        int r;

        n->root = root;
        if (was && !is)
                unlist_node(n);
        if (is) {
                const char *base = n->parent ? n->parent->location : "";
                size_t size = strlen(base) + strlen("/node_modules/") + strlen(n->name->text) + 1;

                n->location = arena_alloc(&t->arena, size);
                if (!n->location)
                        return -ENOMEM;
                (void) snprintf(n->location, size, "%s%snode_modules/%s", base, base[0] ? "/" : "",
                                n->name->text);
                if (!was)
                        list_node(n);
        }
        NODE_FOREACH_CHILD(c, n) {
                r = set_root(t, c, root);
                if (r < 0)
                        return r;
        }
        return 0;
}

void tree_set_root(Tree *t, Node *root) {
        t->root = root;
        root->location = (char *) "";
        list_node(root);
}

/* No edge crosses from one tree into another. */
static void reload_subtree(Tree *t, Node *n) {
        for (Edge *e = n->in_first, *next; e; e = next) {
                next = e->in_next;
                if (e->from->root != n->root)
                        edge_reload(t, e);
        }
        NODE_FOREACH_EDGE(e, n)
                if (!e->to || e->to->root != n->root)
                        edge_reload(t, e);
        NODE_FOREACH_CHILD(c, n)
                reload_subtree(t, c);
}

/* Everything at or below the node that asks for the name looks again. */
static void reload_named(Tree *t, Node *n, const Name *name) {
        Edge *e;

        if (n->root == t->root) {
                for (e = name->key->edges; e; e = e->name_next)
                        if (node_is_descendant(e->from, n))
                                edge_reload(t, e);
                return;
        }
        e = node_edge(n, name);
        if (e)
                edge_reload(t, e);
        NODE_FOREACH_CHILD(c, n)
                reload_named(t, c, name);
}

static void child_unlink(Tree *t, Node *n) {
        Node *parent = n->parent;

        if (!parent)
                return;
        hash_remove(t, n);
        if (n->child_prev)
                n->child_prev->child_next = n->child_next;
        else
                parent->child_first = n->child_next;
        if (n->child_next)
                n->child_next->child_prev = n->child_prev;
        else
                parent->child_last = n->child_prev;
        n->child_prev = n->child_next = NULL;
        n->parent = NULL;
}

void tree_detach(Tree *t, Node *n) {
        if (!n->parent)
                return;
        child_unlink(t, n);
        (void) set_root(t, n, n);
        reload_subtree(t, n);
}

int tree_attach(Tree *t, Node *n, Node *parent) {
        Node *there;
        int r;

        if (n->parent == parent)
                return 0;
        if (node_depth(parent) >= TREE_LEVELS_MAX)
                return -E2BIG;
        there = tree_child(t, parent, n->name);
        if (there)
                tree_detach(t, there);
        child_unlink(t, n);

        n->parent = parent;
        r = hash_add(t, n);
        if (r < 0) {
                n->parent = NULL;
                return r;
        }
        n->child_prev = parent->child_last;
        if (parent->child_last)
                parent->child_last->child_next = n;
        else
                parent->child_first = n;
        parent->child_last = n;

        r = set_root(t, n, parent->root);
        if (r < 0)
                return r;
        reload_named(t, parent, n->name);
        reload_subtree(t, n);
        return 0;
}

int tree_replace(Tree *t, Node *n, Node *old) {
        Node *parent = old->parent;
        int r;

        for (Node *kid = old->child_first, *next; kid; kid = next) {
                next = kid->child_next;
                r = tree_attach(t, kid, n);
                if (r < 0)
                        return r;
        }
        return tree_attach(t, n, parent);
}
