/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is remembered of registries between installs, in <state>/registry-keys.json: trust on first
 * use, so it is only ever changed by what a fetch found out. */

#include "basic/error.h"

typedef struct RegistryMemories RegistryMemories;
typedef struct Store Store;

/* Nothing remembered is an empty list. -EBADMSG and a clause for a file that is damaged: that must
 * not be taken for a first use. */
int store_load_registries(Store *s, Error *e, RegistryMemories *ret);

/* Replaces it in one step. Under the store's lock. */
int store_save_registries(Store *s, RegistryMemories *m, Error *e);
