/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The packages of a tree and what they depend on: nodes, and the edges between them. What puts a
 * node into a tree is tree.h. */

#include "npm/registry/manifest.h"
#include "npm/spec/semver.h"
#include "npm/tree/names.h"

typedef struct Node Node;
typedef struct Edge Edge;

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
        bool dev;       /* no dependency leads to it; one that is optional and a peer leaves it
                           extraneous, and not this */
        bool inert;     /* stays out, since it is optional and cannot be had or does not run here */
        bool in_bundle; /* came inside another package */
        bool in_shrinkwrap; /* another package's npm-shrinkwrap.json says so */
        bool visited;       /* the resolver has looked into its archive, or will */
        bool unfit;         /* wants another version of node; npm only warns */
};

/* The dependency of that name, or NULL. */
Edge *node_edge(const Node *n, const Name *name);

bool node_is_top(const Node *n);

bool node_is_root(const Node *n); /* also a virtual one */

bool node_is_descendant(const Node *n, const Node *ancestor); /* or the same */

unsigned node_depth(const Node *n);

const char *node_package_name(const Node *n); /* NULL if it could not be had */

bool node_matches(const Node *a, const Node *b); /* they would be the same files */

/* The package that brought this one inside itself, by npm's reading of bundleDependencies; NULL for
 * none. */
Node *node_bundler(Node *n);

/* Nothing depends on it, or on what it is below. npm takes it for a development dependency, and
 * omits it; but the files of what came inside another package are there anyway. */
bool node_is_superfluous(const Node *n);

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
