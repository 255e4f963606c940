/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/runtime-space.h"

#include <fts.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "basic/log.h"
#include "basic/string-util.h"
#include "model/name.h"

#define BLOCK_SIZE 512 /* of st_blocks */
#define SCARCE     100 /* less than a hundredth left is full: a unit takes some files and blocks */

/* What one runtime folder takes. */
typedef struct Usage {
        char *folder;
        uint64_t bytes, files;
} Usage;

static void usage_done(Usage *u) {
        free(u->folder);
}

static uint64_t amount(const Usage *u, bool files) {
        return files ? u->files : u->bytes;
}

static void take_larger(Usage *sum, bool files, Usage *largest) {
        if (amount(sum, files) <= amount(largest, files))
                return;
        free(largest->folder);
        *largest = *sum;
        *sum = (Usage){};
}

/* Takes an entry into the sum of its folder. */
static int count(const FTSENT *entry, bool files, Usage *sum, Usage *largest) {
        if (entry->fts_level == FTS_ROOTLEVEL || entry->fts_info == FTS_DP || !entry->fts_statp)
                return 0;
        if (entry->fts_level == 1) {
                take_larger(sum, files, largest);
                free(sum->folder);
                *sum = (Usage){ .folder = strdup(entry->fts_name) };
                if (!sum->folder)
                        return -ENOMEM;
        }
        sum->files++;
        sum->bytes += (uint64_t) entry->fts_statp->st_blocks * BLOCK_SIZE;
        return 0;
}

/* The largest of the folders there. How many files there can be is the file system's limit. Folders
 * nested deeper than a path is long are entered one by one; where that is given up, what was
 * counted is enough to tell. */
static int find_largest(const char *runtime, bool files, Usage *ret) {
        char *const paths[] = { (char *) runtime, NULL };
        _cleanup_(usage_done) Usage sum = {};
        FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_XDEV, /* compar= */ NULL);
        FTSENT *entry;
        int r = 0;

        if (!fts)
                return -errno;
        while (r >= 0 && (entry = fts_read(fts)))
                r = count(entry, files, &sum, ret);
        (void) fts_close(fts);
        take_larger(&sum, files, ret);
        return r;
}

/* A unit's folder is "<folder of the module>[@<app>[@<instance>]]". */
static int module_of(const char *folder, char **ret) {
        _cleanup_(freep) char *own = strndup(folder, 1 + strcspn(folder + 1, "@"));

        return own ? module_name_from_folder(own, ret) : -ENOMEM;
}

static bool is_scarce(uint64_t left, uint64_t all) {
        return all > 0 && left < (all + SCARCE - 1) / SCARCE;
}

void runtime_space_check(const Context *c) {
        static const char consequence[] = "modules may fail to start, to report metrics, and to "
                                          "take actions";
        static bool warned = false;
        const char *runtime = c->modules.scope.runtime;
        _cleanup_(usage_done) Usage largest = {};
        _cleanup_(freep) char *module = NULL;
        struct statvfs fs;
        bool files;

        if (warned || statvfs(runtime, &fs) < 0)
                return;
        files = is_scarce(fs.f_favail, fs.f_files);
        if (!files && !is_scarce(fs.f_bavail, fs.f_blocks))
                return;
        warned = true;
        if (find_largest(runtime, files, &largest) < 0 || !largest.folder ||
            module_of(largest.folder, &module) < 0) {
                log_warning("The file system of %s is full: %s; "
                            "see 'du -s --inodes' and 'du -s' of the folders there.",
                            runtime, consequence);
                return;
        }
        log_warning("The file system of %s is full: %s. Module '%s' has most of it, %" PRIu64
                    " KiB in %" PRIu64 " files; 'pm2ctl stop %s' makes room.",
                    runtime, consequence, module, largest.bytes / 1024, largest.files, module);
}
