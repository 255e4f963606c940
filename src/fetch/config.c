/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/config.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "fetch/command.h"

#define NODE_VERSION_MAX  64
#define NODE_VERSION_USEC (10 * USEC_PER_SEC)

/* What `node` calls itself decides what its packages run on. Without one nothing is known. */
void config_find_node(char **ret_version) {
        char *const argv[] = { (char *) "node", (char *) "--version", NULL };
        _cleanup_(freep) char *output = NULL;

        if (command_run(&(Command){ argv, environ, NODE_VERSION_MAX, NODE_VERSION_USEC, 0 }, &output,
                        NULL) != 0)
                return;
        output[strcspn(output, "\r\n")] = 0;
        if (output[0] == 'v' && output[1] >= '0' && output[1] <= '9')
                *ret_version = strdup(output + 1);
}

/* Variables of the caller's, and where this unit's own say how to reach the network. */
static int read_environment(const Request *request, char ***ret) {
        static const char *const own[] = { "http_proxy", "https_proxy", "no_proxy", "HOME" };
        _cleanup_(strv_freep) char **env = NULL;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(own); i++)
                r = strv_env_set(&env, own[i], getenv(own[i]));
        if (r < 0)
                return r;
        if (request->env) {
                json_object_object_foreach(request->env, name, value) {
                        if (json_string(value))
                                r = strv_env_set(&env, name, json_string(value));
                        if (r < 0)
                                return r;
                }
        }
        *ret = TAKE_PTR(env);
        return 0;
}

/* The texts come with the strongest last. */
int config_read_npmrc(const Request *request, Error *e, Npmrc **ret) {
        size_t n = request->npmrc ? json_object_array_length(request->npmrc) : 0;
        _cleanup_(npmrc_freep) Npmrc *npmrc = NULL;
        _cleanup_(strv_freep) char **env = NULL;
        int r;

        r = read_environment(request, &env);
        if (r >= 0)
                r = npmrc_new(env, e, &npmrc);
        while (r >= 0 && n-- > 0) {
                const char *text = json_string(json_object_array_get_idx(request->npmrc, n));

                if (text)
                        r = npmrc_add(npmrc, ".npmrc", text, strlen(text), e);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(npmrc);
        return 0;
}
