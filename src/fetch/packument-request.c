/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/packument-request.h"

#include "npm/registry/packument-get.h"
#include "npm/registry/packument-parse.h"
#include "npm/registry/packument.h"

static int parse_packument(const char *text, size_t size, Error *e, void **ret) {
        return packument_parse(text, size, e, (Packument **) ret);
}

static void discard_packument(void *parsed) {
        (void) packument_free(parsed);
}

RegistryFlags packument_flags(const NpmrcInstall *settings) {
        assert(settings);

        return settings->before_usec == USEC_INFINITY ? 0 : REGISTRY_FULL;
}

int packument_request(Registry *registry, const char *name, RegistryFlags flags,
                      void (*done)(void *userdata, int r, void *parsed, bool from_cache, Error *e),
                      void *userdata, Error *e) {
        assert(registry);
        assert(name);
        assert(done);

        return registry_get_packument(registry,
                                      &(PackumentGet) {
                                              .name = name,
                                              .flags = flags,
                                              .parse = parse_packument,
                                              .discard = discard_packument,
                                              .done = done,
                                              .userdata = userdata,
                                      },
                                      e);
}
