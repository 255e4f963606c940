/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A registry whose documents are made to hurt, from the document to the lock file: each is answered
 * by a tree or by a sentence, in memory and time that are bounded. */

#include <time.h>

#include "basic/string-util.h"
#include "npm/registry/npmrc-install.h"
#include "npm/registry/packument-parse.h"
#include "npm/spec/spec-parse.h"
#include "npm/tree/lockfile.h"
#include "tap.h"
#include "universe.h"

#define SECONDS_MAX 60 /* of the processor; sanitizers take many times what it should be */

typedef void (*WriteDocument)(FILE *f, const char *name);

static const Platform platform = {
        .os = "linux", .cpu = "x64", .libc = "glibc", .node_version = "20.1.0"
};

#define CHAIN  30000   /* versions, each depending on the next */
#define LINKS  12      /* packages whose versions these are, by turns */
#define CROWD  3000    /* peers of one package */
#define MUTUAL 14      /* packages, each the peer of all others */
#define NESTED 2000    /* brackets in each other */
#define MANY   60000   /* versions to choose from */
#define NAMES  1500    /* of one package */
#define LONG   4000    /* bytes of a range */
#define LATE   500     /* optional peers that are only asked for when the tree is built */
#define STEPS  200     /* of these, one leading to the next */
#define FAT    1000000 /* bytes of a version */

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
        bool root = streq(name, "root");
        char rest[64];

        begin(f, name);
        for (unsigned i = root ? 1 : LINKS + (unsigned) atoi(name + 1); i <= CHAIN; i += LINKS) {
                (void) snprintf(rest, sizeof(rest), ",\"dependencies\":{\"l%u\":\"%u.0.0\"}",
                                (root ? 0 : i + 1) % LINKS, root ? LINKS : i + 1);
                version(f, name, i, i < CHAIN ? rest : "", root || i + LINKS > CHAIN);
                if (root)
                        break;
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

/* N names of v, each asked for by a specification of its own: RANGE before the name's number. */
static void write_names(FILE *f, const char *name, unsigned n, const char *range) {
        begin(f, name);
        (void) fprintf(f, "\"1.0.0\":{\"name\":\"%s\",\"version\":\"1.0.0\",\"dependencies\":{",
                       name);
        for (unsigned i = 0; i < n; i++)
                (void) fprintf(f, "%s\"a%u\":\"npm:v@%s%u\"", i > 0 ? "," : "", i, range, i);
        (void) fprintf(f, "},\"dist\":{\"tarball\":\"http://h/x.tgz\"}}}}");
}

/* Versions 1.0.0, 1.0.1, … with `rest` in each. */
static void write_versions(FILE *f, const char *name, unsigned n, const char *rest) {
        begin(f, name);
        for (unsigned i = 0; i < n; i++)
                (void) fprintf(f, "%s\"1.0.%u\":{\"name\":\"%s\",\"version\":\"1.0.%u\"%s}",
                               i > 0 ? "," : "", i, name, i, rest);
        (void) fprintf(f, "}}");
}

/* As long as a range may be: `piece` again and again. */
static const char *repeat(const char *piece, size_t size) {
        static char text[16 * 1024];
        size_t n = strlen(piece);

        for (size_t i = 0; i <= size; i++)
                text[i] = piece[i % n];
        text[size - size % n] = 0;
        return text;
}

static void write_ranks(FILE *f, const char *name) {
        char rest[512];

        (void) snprintf(rest, sizeof(rest), ",\"deprecated\":\"x\",\"engines\":{\"node\":\"%s<1\"}",
                        repeat("<1||", 400));
        if (streq(name, "root"))
                write_names(f, name, NAMES, ">=1.0.");
        else
                write_versions(f, name, MANY, rest);
}

static void write_ranges(FILE *f, const char *name) {
        if (streq(name, "root"))
                write_names(f, name, 20, repeat(">9||", LONG));
        else
                write_versions(f, name, MANY, "");
}

static void write_exact(FILE *f, const char *name) {
        if (streq(name, "root"))
                write_names(f, name, NAMES, "1.0.");
        else
                write_versions(f, name, PACKUMENT_VERSIONS_MAX, "");
}

/* Nothing but bounds, each to be looked for among the others. */
static void write_bounds(FILE *f, const char *name) {
        char spec[LONG + 1], *s = spec;

        for (unsigned i = 0; s < spec + LONG - 16; i++)
                s += sprintf(s, ">0.%u ", i);
        if (streq(name, "root"))
                write_names(f, name, 240, spec);
        else
                write_versions(f, name, 1, "");
}

static void write_fat(FILE *f, const char *name) {
        static char rest[FAT + 64];

        (void) snprintf(rest, sizeof(rest), ",\"license\":\"%0*d\"", FAT, 0);
        if (streq(name, "root"))
                write_names(f, name, 60, "1.0.");
        else
                write_versions(f, name, 60, rest);
}

/* pN, which rN needs, has the optional peer qN@2, and there is qN@1. */
static void write_late(FILE *f, const char *name) {
        unsigned i = (unsigned) atoi(name + 1);

        if (streq(name, "root")) {
                begin(f, name);
                (void) fprintf(f, "\"1.0.0\":{\"name\":\"root\",\"version\":\"1.0.0\","
                                  "\"dist\":{\"tarball\":\"http://h/x.tgz\"},\"dependencies\":{");
                for (i = 0; i < LATE; i++)
                        (void) fprintf(f, "%s\"q%u\":\"1\",\"r%u\":\"1\"", i > 0 ? "," : "", i, i);
                (void) fprintf(f, "}}}}");
                return;
        }
        begin(f, name);
        if (name[0] == 'q') {
                version(f, name, 1, "", false);
                version(f, name, 2, "", true);
        } else {
                char rest[160];

                (void) snprintf(rest, sizeof(rest),
                                name[0] == 'r' ? ",\"dependencies\":{\"p%u\":\"1\"}"
                                               : ",\"peerDependencies\":{\"q%u\":\"2\"},"
                                                 "\"peerDependenciesMeta\":{\"q%u\":{\"optional\":"
                                                 "true}}",
                                i, i);
                version(f, name, 1, rest, true);
        }
}

/* The same, but rN comes with qN-1@2, so that it takes one to know of the next. */
static void write_late_chain(FILE *f, const char *name) {
        unsigned i = (unsigned) atoi(name + 1);
        char rest[64];

        if (streq(name, "root")) {
                begin(f, name);
                (void) fprintf(f, "\"1.0.0\":{\"name\":\"root\",\"version\":\"1.0.0\","
                                  "\"dist\":{\"tarball\":\"http://h/x.tgz\"},\"dependencies\":{"
                                  "\"r0\":\"1\"");
                for (i = 0; i < STEPS; i++)
                        (void) fprintf(f, ",\"q%u\":\"1\"", i);
                (void) fprintf(f, "}}}}");
                return;
        }
        if (name[0] != 'q') {
                write_late(f, name);
                return;
        }
        (void) snprintf(rest, sizeof(rest), ",\"dependencies\":{\"r%u\":\"1\"}", i + 1);
        begin(f, name);
        version(f, name, 1, "", false);
        version(f, name, 2, i + 1 < STEPS ? rest : "", true);
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
        const clock_t begun = clock();
        int k;

        k = spec_parse("root@1.0.0", &e, &spec);
        if (k >= 0)
                k = resolver_new(spec, &platform, &NPMRC_INSTALL_DEFAULT, &r);
        if (k >= 0)
                k = drive_resolver(r, /* backwards= */ false, answer, &write_document, &e);
        printf("# %s: %s (%.1f s)\n", what, k < 0 ? error_text(&e, k) : "a tree",
               (double) (clock() - begun) / CLOCKS_PER_SEC);
        ok((clock() - begun) / CLOCKS_PER_SEC < SECONDS_MAX);
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
        check("names of a package whose versions run nowhere", write_ranks,
              "choosing a version of v takes more than");
        check("long ranges", write_ranges, "choosing a version of v takes more than");
        check("versions by number", write_exact, "choosing a version of v takes more than");
        check("bounds", write_bounds, "the registry has no version of v");
        check("large versions", write_fat,
              "with v, the packuments of the packages in this tree take more than");
        check("optional peers", write_late, NULL);
        check("optional peers in a chain", write_late_chain,
              "optional peer dependencies are chained more than 64 times");
        return tap_done();
}
