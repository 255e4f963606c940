/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What unpack.c (entries, each checked) and unpack-files.c (what becomes of them) share. No
 * other file includes it. */

#include <archive.h>

#include "npm/registry/unpack-names.h"
#include "npm/registry/unpack.h"

#define BLOCK_SIZE (64U * 1024U)

typedef struct Unpack {
        UnpackRead read_some;
        void *userdata;
        int read_error;
        char block[BLOCK_SIZE];

        int dir_fd;
        char *parent; /* the folder of the last file, since files come folder by folder */
        int parent_fd;
        UnpackNames *names;
        uint64_t entries, declared;
        UnpackResult result;
        Error *e;
} Unpack;

/* libarchive's failure as ours. Its messages name no file of the machine. */
int unpack_failed(Unpack *u, struct archive *a);

/* unpack-files.c */
/* Makes the folders of a path that are not there yet. */
int unpack_folder(Unpack *u, const char *path);

/* Writes the entry that is being read. */
int unpack_file(Unpack *u, struct archive *a, const char *path, mode_t mode);

/* When all files are there: each .gitignore becomes a .npmignore, or goes if there is one. */
int unpack_rename_gitignores(Unpack *u);
