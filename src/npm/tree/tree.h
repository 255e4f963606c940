/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* npm/tree: which packages a module gets, and where each of them lies.
 *
 * The third of npm's four rooms; it uses npm/spec and npm/registry's documents. It builds the tree
 * that npm's Arborist would build from the same documents, node by node, peers and optional
 * dependencies included; tests/npm compares the lock files.
 *
 * Entry points:
 *   resolver.h  from a specification to the finished tree. It fetches nothing: it says what it
 *               wants to know, and takes the answers in any order
 *   lockfile.h  the tree as package-lock.json
 *   contents.h  what an archive brings along: bundled packages, npm-shrinkwrap.json
 *   bin.h       the commands of a package
 * Behind the resolver: ideal.h builds the tree, can-place.h and placement.h find each package its
 * place, prune.h takes out what that made superfluous.
 *
 * Input is untrusted: documents are made to be as expensive as possible. Nodes, edges, levels and
 * questions have limits (below), packages, passes and memory in resolver.h; where one is reached
 * the answer is -E2BIG and a clause, not an endless run. The same documents give the same tree, in
 * whatever order they arrive.
 *
 * It does no input or output but contents_read() and bin_of_package(), which read an unpacked
 * package through a descriptor. It writes no node_modules folder: that is pm2-fetch's work.
 *
 * This header: a node_modules tree in memory, packages in their places, and the edges that say
 * which package depends on what and which package answers it, by node's own rule: look in the own
 * node_modules first, then further up.
 *
 * Besides the tree that is to be installed there are virtual ones: a stand-in for a package, in
 * whose place its peer sets are tried out. Nodes are never freed one by one; one taken out of a
 * tree is the root of its own. */

#include "npm/registry/manifest.h"
#include "npm/spec/semver.h"
#include "npm/tree/names.h"

/* Virtual ones included; the largest real trees need some ten thousands. */
#define TREE_NODES_MAX 200000

/* Node_modules in node_modules: deeper ones have paths that cannot be opened. */
#define TREE_LEVELS_MAX 272

/* Where may this stand? Peers of each other multiply; real trees ask thousands. */
#define TREE_QUESTIONS_MAX 2000000

/* Dependencies of placements, in all attempts together: 700 MiB. One package with a thousand
 * dependencies takes a million, others some hundred thousands. */
#define TREE_EDGES_MAX 8000000

typedef struct Node Node;
typedef struct Edge Edge;
typedef struct Tree Tree;

/* What building has taken so far. */
typedef struct TreeCost {
        uint64_t n_questions; /* asked of can_place() */
        uint64_t n_edges;
} TreeCost;

struct Edge {
        const Dependency *dependency;
        Requirement *requirement;
        Requirement *accept;     /* also will do; or NULL */
        Node *from, *to;         /* `to` is NULL while nothing answers it */
        bool peer_conflicted;    /* a peer that cannot be had, and we can live with it */
        Edge *in_prev, *in_next; /* among those into `to`, in the order they came */
        Edge *name_prev,
                *name_next; /* among those of the tree to be installed that ask for this name */
};

struct Node {
        Name *name;
        Manifest *manifest; /* NULL if it could not be had: then see `problem` */
        const char *problem;
        int error;
        Semver version;            /* of the manifest */
        Requirement *origin;       /* what it was fetched for */
        const char *resolved;      /* address it comes from, or NULL */
        const char *integrity;     /* of the archive; NULL if unknown */
        const Manifest *published; /* what the registry says, where `manifest` is what a shrinkwrap
                                      says; NULL otherwise, and if it cannot be asked */

        Node *parent, *root;
        Node *source;  /* of a virtual root: what it stands for */
        Node *virtual; /* the virtual root that stands for this one, if there is one */
        Node *link;    /* a symlink to this node; it has neither edges nor children */

        Edge *edges;
        size_t n_edges;
        Edge *in_first, *in_last;
        Node *child_first, *child_last, *child_prev, *child_next, *child_hash;
        Node *name_prev, *name_next;

        char *location; /* "node_modules/a/node_modules/b", "" for the root; only in the tree to be
                           installed */
        size_t index;   /* among all nodes of the tree object */

        /* while the tree is built */
        bool seen, queued;
        unsigned queue_depth; /* when it was queued: it may have been taken out since */

        /* afterwards: npm's flags */
        bool extraneous, optional, peer;
        bool inert;     /* stays out, since it is optional and cannot be had or does not run here */
        bool in_bundle; /* came inside another package */
        bool in_shrinkwrap; /* another package's npm-shrinkwrap.json says so */
        bool visited;       /* the resolver has looked into its archive, or will */
        bool unfit;         /* wants another version of node; npm only warns */
};

struct Tree {
        Names *names;
        Arena arena;
        Node **nodes; /* all there ever were */
        size_t n_nodes;
        Node *root;      /* of the tree to be installed */
        Node **children; /* hash of (parent, key) */
        size_t n_children, children_size;
        TreeCost cost;
};

/* The names' lists are the tree's own from now on. -ENOMEM. */
int tree_init(Tree *t, Names *names);
void tree_done(Tree *t);

/* A node of its own, in no tree. `manifest` (borrowed) may be NULL for one that could not be had.
 * -ENOMEM, -E2BIG. */
int tree_new_node(Tree *t, Name *name, Manifest *manifest, Node **ret);

/* A virtual root with the edges of `source`. */
int tree_new_virtual(Tree *t, Node *source, Node **ret);

/* A node of its own that is fetched as that one is. */
int tree_copy_node(Tree *t, const Node *node, Node **ret);

/* Puts a node with all below it into a place, out of which goes whatever is there. -ENOMEM, -E2BIG
 * below TREE_LEVELS_MAX others. */
int tree_attach(Tree *t, Node *node, Node *parent);

/* Makes `root` the root of the tree to be installed. */
void tree_set_root(Tree *t, Node *root);

/* Takes a node with all below it out of its tree. */
void tree_detach(Tree *t, Node *node);

/* Puts `node` in the place of `old`, whose children it gets. */
int tree_replace(Tree *t, Node *node, Node *old);

/* The packages in node_modules, sorted by place, parents before what is in them: without the root,
 * and without what stays out. The caller frees the list. -ENOMEM. */
int tree_list(const Tree *t, Node ***ret, size_t *ret_n);

Node *tree_child(const Tree *t, const Node *parent, const Name *name);

/* What that name means for code in this package. */
Node *tree_resolve(const Tree *t, const Node *node, const Name *name);

/* The dependency of that name, or NULL. */
Edge *node_edge(const Node *n, const Name *name);

bool node_is_top(const Node *n);
bool node_is_root(const Node *n);                             /* also a virtual one */
bool node_is_descendant(const Node *n, const Node *ancestor); /* or the same */
unsigned node_depth(const Node *n);
const char *node_package_name(const Node *n);    /* NULL if it could not be had */
bool node_matches(const Node *a, const Node *b); /* they would be the same files */

/* The package that brought this one inside itself, by npm's reading of bundleDependencies; NULL for
 * none. */
Node *node_bundler(Node *n);

static inline bool edge_is_peer(const Edge *e) {
        return dependency_is_peer(e->dependency);
}

static inline bool edge_is_optional(const Edge *e) {
        return dependency_is_optional(e->dependency);
}

/* Whether that node would do. */
bool edge_satisfied_by(const Edge *e, const Node *n);

/* What answers it is right; nothing at all is right for an optional one. */
bool edge_valid(const Edge *e);

#define NODE_FOREACH_EDGE(e, n) \
        for (Edge *e = (n)->edges, *e##_end = e + (n)->n_edges; e < e##_end; e++)
#define NODE_FOREACH_EDGE_IN(e, n) for (Edge *e = (n)->in_first; e; e = e->in_next)
#define NODE_FOREACH_CHILD(c, n)   for (Node *c = (n)->child_first; c; c = c->child_next)
