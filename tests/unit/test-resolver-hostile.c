/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A registry whose documents are made to hurt, from the document to the lock file: each is answered
 * by a tree or by a sentence, in memory and time that are bounded. */

#include "basic/string-util.h"
#include "npm/lockfile.h"
#include "tap.h"
#include "universe.h"

typedef void (*WriteDocument)(FILE *f, const char *name);

static const Platform platform = {
        .os = "linux", .cpu = "x64", .libc = "glibc", .node_version = "20.1.0"
};

#define CHAIN  30000 /* versions, each depending on the next */
#define CROWD  3000  /* peers of one package */
#define MUTUAL 14    /* packages, each the peer of all others */
#define NESTED 2000  /* brackets in each other */

static void begin(FILE *f, const char *name) {
        (void) fprintf(f, "{\"name\":\"%s\",\"versions\":{", name);
}

/* REST: `,"key":value…` */
static void version(FILE *f, const char *name, unsigned number, const char *rest, bool last) {
        (void) fprintf(f,
                       "\"%u.0.0\":{\"name\":\"%s\",\"version\":\"%u.0.0\",\"dist\":{\"tarball\":"
                       "\"http://h/%s-%u.tgz\"}%s}%s",
                       number, name, number, name, number, rest, last ? "}}" : ",");
}

static void write_chain(FILE *f, const char *name) {
        char rest[64];

        begin(f, name);
        for (unsigned i = 1; i <= CHAIN; i++) {
                (void) snprintf(rest, sizeof(rest), ",\"dependencies\":{\"%s\":\"%u.0.0\"}",
                                streq(name, "root") ? "link" : name, i + 1);
                version(f, name, i, i < CHAIN ? rest : "", i == CHAIN);
        }
}

/* Of the same length, but each version is a peer of the one before. */
static void write_peer_chain(FILE *f, const char *name) {
        unsigned n = streq(name, "root") ? 0 : (unsigned) atoi(name + 1);
        char rest[64];

        begin(f, name);
        (void) snprintf(rest, sizeof(rest), ",\"peerDependencies\":{\"p%u\":\"*\"}", n + 1);
        version(f, name, 1, rest, true);
}

static void write_crowd(FILE *f, const char *name) {
        begin(f, name);
        (void) fprintf(f, "\"1.0.0\":{\"name\":\"%s\",\"version\":\"1.0.0\"", name);
        if (streq(name, "root")) {
                (void) fprintf(f, ",\"peerDependencies\":{\"p0\":\"*\"");
                for (unsigned i = 1; i < CROWD; i++)
                        (void) fprintf(f, ",\"p%u\":\"*\"", i);
                (void) fprintf(f, "}");
        }
        (void) fprintf(f, ",\"dist\":{\"tarball\":\"http://h/x.tgz\"}}}}");
}

static void write_mutual(FILE *f, const char *name) {
        begin(f, name);
        (void) fprintf(f,
                       "\"1.0.0\":{\"name\":\"%s\",\"version\":\"1.0.0\",\"dist\":{\"tarball\":"
                       "\"http://h/x.tgz\"},\"peerDependencies\":{\"root\":\"*\"",
                       name);
        for (unsigned i = 0; i < MUTUAL; i++)
                (void) fprintf(f, ",\"p%u\":\"*\"", i);
        (void) fprintf(f, "}}}}");
}

static void write_nested(FILE *f, const char *name) {
        begin(f, name);
        (void) fprintf(f, "\"1.0.0\":{\"name\":\"%s\",\"version\":\"1.0.0\",\"funding\":", name);
        for (unsigned i = 0; i < NESTED; i++)
                (void) fputs("[", f);
        for (unsigned i = 0; i < NESTED; i++)
                (void) fputs("]", f);
        (void) fprintf(f, "}}}");
}

/* Everything twice, and the second time of another type. */
static void write_twice(FILE *f, const char *name) {
        begin(f, name);
        (void) fprintf(f,
                       "\"1.0.0\":{\"name\":\"%s\",\"version\":\"1.0.0\",\"dependencies\":{\"a\":"
                       "\"1\",\"a\":\"2\",\"__proto__\":\"*\"},\"dependencies\":[7],\"dist\":{},"
                       "\"dist\":\"x\"},\"1.0.0\":{\"name\":\"%s\",\"version\":\"1.0.0\",\"dist\":{"
                       "\"tarball\":\"http://h/x.tgz\",\"tarball\":\"http://h/y.tgz\"}}},"
                       "\"versions\":{\"1.0.0\":{\"name\":\"%s\",\"version\":\"1.0.0\",\"dist\":{"
                       "\"tarball\":\"http://h/z.tgz\"},\"peerDependencies\":{\"%s\":\"*\"}}}}",
                       name, name, name, name);
}

static int answer(void *userdata, Resolver *r, const Want *want) {
        WriteDocument write_document = *(WriteDocument *) userdata;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *text = NULL;
        Packument *p;
        size_t size;
        FILE *f;
        int k;

        f = open_memstream(&text, &size);
        if (!f)
                return -ENOMEM;
        write_document(f, want->name);
        if (fclose(f) != 0)
                return -ENOMEM;
        k = packument_parse(text, size, &e, &p);
        return k < 0 ? resolver_feed_failure(r, want, k, error_text(&e, k))
                     : resolver_feed_packument(r, want, p);
}

/* `sentence`: what is to be said of it, NULL if it comes to a tree. */
static void check(const char *what, WriteDocument write_document, const char *sentence) {
        _cleanup_(resolver_freep) Resolver *r = NULL;
        _cleanup_(spec_freep) Spec *spec = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *lock = NULL;
        int k;

        k = spec_parse("root@1.0.0", &e, &spec);
        if (k >= 0)
                k = resolver_new(spec, &platform, &r);
        if (k >= 0)
                k = drive_resolver(r, /* backwards= */ false, answer, &write_document, &e);
        printf("# %s: %s\n", what, k < 0 ? error_text(&e, k) : "a tree");
        if (sentence) {
                ok(k < 0 && e.message && strstr(e.message, sentence));
                return;
        }
        ok(k > 0);
        lock = k > 0 ? lockfile_write(resolver_tree(r), LOCKFILE_PROJECT, "top") : NULL;
        ok(lock);
}

int main(void) {
        check("versions in a chain", write_chain, "too large");
        check("peers in a chain", write_peer_chain, "nested more than");
        check("thousands of peers", write_crowd, NULL);
        check("each the peer of all others", write_mutual, "too large");
        check("brackets in each other", write_nested, "nested too deep");
        check("everything twice", write_twice, NULL);
        return tap_done();
}
