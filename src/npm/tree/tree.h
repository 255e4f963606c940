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

#include "npm/tree/node.h"

/* Virtual ones included; the largest real trees need some ten thousands. */
#define TREE_NODES_MAX 200000

/* Node_modules in node_modules: deeper ones have paths that cannot be opened. */
#define TREE_LEVELS_MAX 272

/* Where may this stand? Peers of each other multiply; real trees ask thousands. */
#define TREE_QUESTIONS_MAX 2000000

/* Dependencies of placements, in all attempts together: 700 MiB. One package with a thousand
 * dependencies takes a million, others some hundred thousands. */
#define TREE_EDGES_MAX 8000000

typedef struct Tree Tree;

/* What building has taken so far. */
typedef struct TreeCost {
        uint64_t n_questions; /* asked of can_place() */
        uint64_t n_edges;
} TreeCost;

struct Tree {
        Names *names;
        Arena arena;
        Node **nodes; /* all there ever were */
        size_t n_nodes;
        Node *root;      /* of the tree to be installed */
        Node **children; /* hash of (parent, key) */
        size_t n_children, children_size;
        TreeCost cost;
        bool no_peers;     /* peer dependencies make no edges */
        bool strict_peers; /* those of packages must fit, too, not only the module's */
};

/* The names' lists are the tree's own from now on. -ENOMEM. */
int tree_init(Tree *t, Names *names);
void tree_done(Tree *t);

/* Puts a node with all below it into a place, out of which goes whatever is there. -ENOMEM, -E2BIG
 * below TREE_LEVELS_MAX others. */
int tree_attach(Tree *t, Node *node, Node *parent);

/* Makes `root` the root of the tree to be installed. */
void tree_set_root(Tree *t, Node *root);

/* Takes a node with all below it out of its tree. */
void tree_detach(Tree *t, Node *node);

/* Puts `node` in the place of `old`, whose children it gets. */
int tree_replace(Tree *t, Node *node, Node *old);

/* Whether a package's dependency is inside the package itself, and not bundled: 1, its name and its
 * path from there, which the caller frees; 0 if it is not. */
int tree_inner_dependency(const Tree *t, const Node *n, const Dependency *d, const Name **ret_name,
                          char **ret_path);

Node *tree_child(const Tree *t, const Node *parent, const Name *name);

/* What that name means for code in this package. */
Node *tree_resolve(const Tree *t, const Node *node, const Name *name);
