/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Drives src/npm/registry for the tests:
 *
 *   registry-client [--npmrc FILE]… [--offline] [--prefer-offline] [--confirm] CACHE packument
 * NAME… registry-client … CACHE tarballs DIR     lines "FOLDER NAME URL INTEGRITY|SHASUM|-" on
 * stdin registry-client CACHE clean
 *
 * One line of result each, in the order they end; exit status 1 if any failed. */

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "npm/registry/download-cache-clean.h"
#include "npm/registry/packument-get.h"
#include "npm/registry/registry.h"
#include "npm/registry/tarball-get.h"

typedef struct Client {
        sd_event *event;
        Registry *registry;
        RegistryFlags confirm;
        unsigned pending;
        bool failed;
} Client;

static void ended(Client *c) {
        if (--c->pending == 0)
                (void) sd_event_exit(c->event, 0);
}

static int parse(const char *text, size_t size, Error *e, void **ret) {
        return json_parse(text, size, e, (json_object **) ret);
}

static void on_packument(void *userdata, int r, void *parsed, bool unasked, Error *e) {
        _cleanup_(json_object_putp) json_object *o = parsed;
        Client *c = userdata;

        if (r < 0)
                printf("failed %s: %s\n", strerrorname_np(-r), error_text(e, r));
        else
                printf("packument %s %s\n", json_get_string(o, "name"),
                       json_get_string(json_get(o, "dist-tags"), "latest"));
        c->failed |= r < 0;
        ended(c);
}

static void on_tarball(void *userdata, int r, const TarballResult *result, Error *e) {
        Client *c = userdata;

        if (r < 0)
                printf("failed %s: %s\n", strerrorname_np(-r), error_text(e, r));
        else
                printf("tarball %s %u files %llu bytes%s%s\n", result->integrity,
                       result->unpacked.files, (unsigned long long) result->unpacked.bytes,
                       result->weak ? " weak" : "", result->cached ? " cached" : "");
        c->failed |= r < 0;
        ended(c);
}

static int refused(Client *c, int r, Error *e) {
        printf("refused %s: %s\n", strerrorname_np(-r), error_text(e, r));
        c->failed = true;
        ended(c);
        return 0;
}

static int get_packument(Client *c, const char *name) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        PackumentGet get = {
                .name = name,
                .flags = c->confirm,
                .parse = parse,
                .done = on_packument,
                .userdata = c,
        };
        int r;

        c->pending++;
        r = registry_get_packument(c->registry, &get, &e);
        return r < 0 ? refused(c, r, &e) : 0;
}

static int get_tarball(Client *c, int dir_fd, char *line) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        char *folder = strtok(line, " \n"), *name = strtok(NULL, " \n"), *url = strtok(NULL, " \n"),
             *hash = strtok(NULL, "\n");
        TarballGet get = {
                .label = folder,
                .name = name,
                .url = url,
                .integrity = hash && strchr(hash, '-') && !streq(hash, "-") ? hash : NULL,
                .shasum = hash && !strchr(hash, '-') ? hash : NULL,
                .dir_fd = dir_fd,
                .folder = folder,
                .done = on_tarball,
                .userdata = c,
        };
        int r;

        if (!url)
                return -EINVAL;
        c->pending++;
        r = registry_get_tarball(c->registry, &get, &e);
        return r < 0 ? refused(c, r, &e) : 0;
}

static int add_npmrc(Npmrc *npmrc, const char *path, Error *e) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(AT_FDCWD, path, NPMRC_MAX, &text, &size);
        return r < 0 ? r : npmrc_add(npmrc, path, text, size, e);
}

static int start(Client *c, char **words) {
        char line[16384];
        int r = 0, dir_fd;

        if (streq(words[0], "packument")) {
                for (char **name = words + 1; r >= 0 && *name; name++)
                        r = get_packument(c, *name);
                return r;
        }
        if (!streq(words[0], "tarballs") || !words[1])
                return -EINVAL;
        dir_fd = open(words[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir_fd < 0)
                return -errno;
        while (r >= 0 && fgets(line, sizeof(line), stdin))
                r = get_tarball(c, dir_fd, line);
        return r;
}

static int run(char **argv, Error *e) {
        _cleanup_(npmrc_freep) Npmrc *npmrc = NULL;
        RegistryFlags flags = 0;
        Client c = {};
        int r;

        r = npmrc_new(environ, e, &npmrc);
        for (argv++; r >= 0 && *argv && startswith(*argv, "--"); argv++)
                if (streq(*argv, "--npmrc") && argv[1])
                        r = add_npmrc(npmrc, *++argv, e);
                else if (streq(*argv, "--offline"))
                        flags |= REGISTRY_OFFLINE;
                else if (streq(*argv, "--prefer-offline"))
                        flags |= REGISTRY_PREFER_OFFLINE;
                else if (streq(*argv, "--confirm"))
                        c.confirm = REGISTRY_REVALIDATE;
                else
                        r = -EINVAL;
        if (r < 0)
                return r;
        if (!argv[0] || !argv[1])
                return -EINVAL;
        if (streq(argv[1], "clean"))
                return cache_clean(argv[0], e);

        r = sd_event_new(&c.event);
        if (r >= 0)
                r = registry_new(c.event, npmrc, argv[0], flags, e, &c.registry);
        if (r >= 0)
                r = start(&c, argv + 1);
        if (r >= 0 && c.pending > 0)
                r = sd_event_loop(c.event);
        if (c.registry) {
                RegistryStatistics s;

                registry_statistics(c.registry, &s);
                fprintf(stderr, "%u requests, %llu bytes, %u cached\n", s.requests,
                        (unsigned long long) s.bytes, s.tarballs_cached);
        }
        c.registry = registry_free(c.registry);
        c.event = sd_event_unref(c.event);
        return r < 0 ? r : c.failed;
}

int main(int argc, char **argv) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        (void) umask(0022);
        r = run(argv, &e);
        if (r < 0)
                printf("error %s: %s\n", strerrorname_np(-r), error_text(&e, r));
        return r != 0;
}
