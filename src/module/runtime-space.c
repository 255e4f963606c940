/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/runtime-space.h"

#include <fts.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "basic/string-util.h"
#include "model/name.h"

#define RUN        "/run"
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

static uint64_t usage_amount(const Usage *u, bool files) {
        return files ? u->files : u->bytes;
}

static void usage_take_larger(Usage *sum, bool files, Usage *largest) {
        if (usage_amount(sum, files) <= usage_amount(largest, files))
                return;
        free(largest->folder);
        *largest = *sum;
        *sum = (Usage) {};
}

/* Takes an entry into the sum of its folder. */
static int usage_count(const FTSENT *entry, bool files, Usage *sum, Usage *largest) {
        if (entry->fts_level == FTS_ROOTLEVEL || entry->fts_info == FTS_DP || !entry->fts_statp)
                return 0;
        if (entry->fts_level == 1) {
                usage_take_larger(sum, files, largest);
                free(sum->folder);
                *sum = (Usage) { .folder = strdup(entry->fts_name) };
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
                r = usage_count(entry, files, &sum, ret);
        (void) fts_close(fts);
        usage_take_larger(&sum, files, ret);
        return r;
}

/* A unit's folder is "<folder of the module>[@<app>[@<instance>]]". */
static int module_of_folder(const char *folder, char **ret) {
        _cleanup_(freep) char *own = strndup(folder, 1 + strcspn(folder + 1, "@"));

        return own ? module_name_from_folder(own, ret) : -ENOMEM;
}

static bool is_scarce(uint64_t left, uint64_t all) {
        return all > 0 && left < (all + SCARCE - 1) / SCARCE;
}

static void note_full(const Modules *modules, bool files) {
        ModuleNote note = { .kind = MODULE_NOTE_RUNTIME_FULL, .path = modules->scope.runtime };
        _cleanup_(usage_done) Usage largest = {};
        _cleanup_(freep) char *module = NULL;

        if (find_largest(note.path, files, &largest) >= 0 && largest.folder &&
            module_of_folder(largest.folder, &module) >= 0) {
                note.module = module;
                note.bytes = largest.bytes;
                note.files = largest.files;
        }
        module_note(modules, &note);
}

void runtime_space_check(Modules *modules) {
        struct statvfs fs;
        bool files, full;

        if (statvfs(modules->scope.runtime, &fs) < 0)
                return;
        files = is_scarce(fs.f_favail, fs.f_files);
        full = files || is_scarce(fs.f_bavail, fs.f_blocks);
        if (full && !modules->runtime_full)
                note_full(modules, files);
        modules->runtime_full = full;
}

uint64_t runtime_space_size(const Scope *scope) {
        struct stat run, runtime;
        struct statvfs fs;

        if (stat(scope->runtime, &runtime) < 0 || stat(RUN, &run) < 0 ||
            run.st_dev == runtime.st_dev || statvfs(scope->runtime, &fs) < 0)
                return UINT64_MAX;
        return (uint64_t) fs.f_blocks * fs.f_frsize;
}
