/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What registry.c, packument-get.c, tarball-get.c, tarball-download.c and publisher.c share. */

#include "npm/registry/download-cache.h"
#include "npm/registry/http.h"
#include "npm/registry/npmrc-auth.h"
#include "npm/registry/pool.h"
#include "npm/registry/registry.h"

typedef struct RegistryTask RegistryTask;

/* A packument or tarball under way. The list is there to free what has not ended. */
struct RegistryTask {
        Registry *registry;
        RegistryTask *previous, *next;
        void (*stop)(RegistryTask *task); /* wakes a thread that waits for data */
        void (*free)(RegistryTask *task);
};

struct Registry {
        sd_event *event;
        const Npmrc *npmrc;
        RegistryFlags flags;
        Cache *cache;
        Http *http;
        Pool *pool;
        RegistryTask *tasks;
        unsigned tarballs_open, tarballs_open_max;
        struct TarballTask *waiting, *waiting_last; /* for one of those to be done */
        bool starting;
        uint64_t bodies; /* see REGISTRY_BODIES_MIB */
        RegistryStatistics statistics;
};

void registry_task_link(Registry *r, RegistryTask *task);
void registry_task_unlink(RegistryTask *task);

/* A refusal (status >= 400) or an answer that makes no sense as a clause. `what` is what was asked
 * for: "package 'x'"; `authenticated` whether credentials went along; `auth` is what .npmrc has. */
int registry_explain_refusal(const HttpResponse *response, const char *what, const char *url,
                             bool authenticated, const NpmrcAuth *auth, Error *e);
