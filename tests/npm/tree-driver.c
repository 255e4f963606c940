/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resolves a specification from a folder of packuments (snapshot.js) and prints the tree:
 *
 *   tree-driver [--short] [--shuffle=N] [--all] [--time] [--lock|--hidden-lock|--root]
 * [--unpacked=DIR] DIR SPEC
 *
 * One line a package: path, name, version. --all shows what stays out as well, --lock and the
 * like write a file instead,
 * --shuffle answers in another order. Archives that have to be looked into are folders NAME@VERSION
 * in --unpacked=DIR; for one that is not there "want FOLDER ADDRESS" is printed and the exit status
 * is 3. $NODE_VERSION and $NPM_VERSION are what "engines" are compared with. */

#include <fcntl.h>
#include <time.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "npm/collate.h"
#include "npm/lockfile.h"
#include "npm/resolver.h"

static const char *arg_dir, *arg_spec, *arg_unpacked;
static unsigned missing; /* archives that would have been needed */
static bool arg_short, arg_all, arg_time, arg_lock, arg_hidden, arg_root;
static unsigned arg_shuffle;
static uint64_t time_reading;

static uint64_t now_usec(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * USEC_PER_SEC + (uint64_t) t.tv_nsec / NSEC_PER_USEC;
}

static int read_packument(const char *name, Packument **ret) {
        _cleanup_(freep) char *file = NULL, *document = NULL;
        uint64_t start = now_usec();
        Error e = ERROR_NULL;
        size_t size;
        int r;

        if (asprintf(&file, "%s/%s%s.json", arg_dir, name, arg_short ? ".short" : "") < 0)
                return -ENOMEM;
        for (char *c = file + strlen(arg_dir) + 1; *c; c++)
                if (*c == '/')
                        *c = '+';
        r = read_file_at(AT_FDCWD, file, PACKUMENT_SIZE_MAX, &document, &size);
        if (r < 0)
                return r;
        time_reading += now_usec() - start;
        r = packument_parse(document, size, &e, ret);
        if (r < 0)
                fprintf(stderr, "%s\n", error_text(&e, r));
        error_clear(&e);
        return r;
}

/* The archive's content lies unpacked in a folder, or is asked of whoever runs this. */
static int answer_contents(Resolver *r, const Want *want) {
        _cleanup_(contents_done) Contents c = { 0 };
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(freep) char *path = NULL;
        const Manifest *m = want->node->manifest;
        int k;

        if (asprintf(&path, "%s/%s@%s", arg_unpacked ?: "/nonexistent", m->name, m->version) < 0)
                return -ENOMEM;
        for (char *s = path + strlen(path) - strlen(m->name) - strlen(m->version) - 1; *s; s++)
                if (*s == '/')
                        *s = '+';
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
                fprintf(stderr, "want %s %s\n", path, want->node->resolved);
                missing++;
                return resolver_feed_contents(r, want, &c);
        }
        k = contents_read(fd, m->has_shrinkwrap, /* e= */ NULL, &c);
        return k < 0 ? resolver_feed_failure(r, want, k, "not to be read")
                     : resolver_feed_contents(r, want, &c);
}

static int answer(Resolver *r, const Want *want) {
        Packument *p;
        int k;

        if (want->kind == WANT_CONTENTS)
                return answer_contents(r, want);

        if (want->kind != WANT_PACKUMENT)
                return resolver_feed_failure(r, want, -EOPNOTSUPP, "not in the folder");
        k = read_packument(want->name, &p);
        return k < 0 ? resolver_feed_failure(r, want, k, "not in the folder")
                     : resolver_feed_packument(r, want, p);
}

/* Answers all there is, in an order that depends on --shuffle. */
static int answer_all(Resolver *r) {
        const Want *pending[RESOLVER_PACKAGES_MAX], *want;
        size_t n = 0;
        int k = 0;

        while ((want = resolver_next_want(r)))
                pending[n++] = want;
        while (n > 0 && k >= 0) {
                size_t i = arg_shuffle ? (size_t) rand() % n : n - 1;

                want = pending[i];
                pending[i] = pending[--n];
                k = answer(r, want);
                while ((want = resolver_next_want(r)))
                        pending[n++] = want;
        }
        return k;
}

static int compare_nodes(const void *a, const void *b) {
        return collate((*(Node *const *) a)->location, (*(Node *const *) b)->location);
}

static void print_tree(const Tree *t) {
        _cleanup_(freep) Node **nodes = calloc(t->n_nodes + 1, sizeof(*nodes));
        size_t n = 0;

        for (size_t i = 0; nodes && i < t->n_nodes; i++)
                if (t->nodes[i]->root == t->root && t->nodes[i] != t->root &&
                    t->nodes[i]->manifest && (arg_all || !t->nodes[i]->inert))
                        nodes[n++] = t->nodes[i];
        qsort(nodes, n, sizeof(*nodes), compare_nodes);
        for (size_t i = 0; i < n; i++)
                printf("%s %s %s%s\n", nodes[i]->location, node_package_name(nodes[i]) ?: "-",
                       nodes[i]->manifest ? nodes[i]->manifest->version : "-",
                       nodes[i]->link ? " link" : "");
}

static int run(void) {
        _cleanup_(resolver_freep) Resolver *r = NULL;
        _cleanup_(spec_freep) Spec *spec = NULL;
        Platform platform = platform_native();
        uint64_t start = now_usec();
        unsigned rounds = 0;
        Error e = ERROR_NULL;
        int k;

        platform.node_version = getenv("NODE_VERSION");
        platform.npm_version = getenv("NPM_VERSION");
        k = spec_parse(arg_spec, &e, &spec);
        if (k >= 0)
                k = resolver_new(spec, &platform, &r);
        while (k >= 0 && (k = resolver_run(r, &e)) == 0) {
                rounds++;
                k = answer_all(r);
        }
        if (k < 0) {
                printf("failed: %s\n", error_text(&e, k));
                error_clear(&e);
                return k;
        }
        if (arg_time)
                fprintf(stderr, "%.1f ms, %.1f of it reading, %u rounds, %zu nodes in all\n",
                        (double) (now_usec() - start) / 1000, (double) time_reading / 1000, rounds,
                        resolver_tree(r)->n_nodes);
        if (arg_lock || arg_hidden || arg_root) {
                LockfileKind kind = arg_hidden ? LOCKFILE_HIDDEN : LOCKFILE_PROJECT;
                _cleanup_(freep) char *text = arg_root ? lockfile_write_root(resolver_tree(r),
                                                                             "tree")
                                                       : lockfile_write(resolver_tree(r), kind,
                                                                        "tree");

                return text && fputs(text, stdout) >= 0 ? 0 : -ENOMEM;
        }
        print_tree(resolver_tree(r));
        return 0;
}

int main(int argc, char **argv) {
        for (; argc > 1 && startswith(argv[1], "--"); argc--, argv++) {
                arg_short = arg_short || streq(argv[1], "--short");
                arg_all = arg_all || streq(argv[1], "--all");
                arg_time = arg_time || streq(argv[1], "--time");
                arg_lock = arg_lock || streq(argv[1], "--lock");
                arg_hidden = arg_hidden || streq(argv[1], "--hidden-lock");
                arg_root = arg_root || streq(argv[1], "--root");
                if (startswith(argv[1], "--unpacked="))
                        arg_unpacked = argv[1] + strlen("--unpacked=");
                if (startswith(argv[1], "--shuffle="))
                        arg_shuffle = (unsigned) atoi(argv[1] + strlen("--shuffle="));
        }
        if (argc != 3)
                return 2;
        arg_dir = argv[1];
        arg_spec = argv[2];
        srand(arg_shuffle);
        if (run() < 0)
                return EXIT_FAILURE;
        return missing > 0 ? 3 : EXIT_SUCCESS;
}
