/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/npm-command.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"

#define NPM_OUTPUT_MAX (4U * 1024U * 1024U) /* its --json report names every package added */
#define TARBALL_MAX    (1024U * 1024U * 1024U)

/* npm's error codes, as far as they can be said better than npm does. */
static const struct {
        const char *code, *clause;
} npm_errors[] = {
        { "E404", "there is no such package in the registry" },
        { "ETARGET", "no published version matches" },
        { "ENOVERSIONS", "no version of it is published" },
        { "E401", "the registry wants a login: put a token into .npmrc" },
        { "ENEEDAUTH", "the registry wants a login: put a token into .npmrc" },
        { "E403", "the registry forbids it" },
        { "ECONNREFUSED", "the registry cannot be reached: connection refused" },
        { "ENOTFOUND", "the registry cannot be reached: its name is not known" },
        { "EAI_AGAIN", "the registry cannot be reached: its name was not resolved" },
        { "ECONNRESET", "the registry broke the connection" },
        { "ETIMEDOUT", "the registry does not answer" },
        { "ERR_SOCKET_TIMEOUT", "the registry does not answer" },
        { "FETCH_ERROR", "the registry cannot be reached" },
        { "EINTEGRITY", "what was downloaded does not match its integrity" },
        { "EINVALIDPACKAGENAME", "this is no package name" },
        { "EINVALIDTAGNAME", "this is no package, version or tag" },
        { "EUNSUPPORTEDPROTOCOL", "this kind of package cannot be installed" },
        { "TAR_BAD_ARCHIVE", "this is no package archive" },
        { "ERESOLVE", "its dependencies exclude each other" },
        { "ENOSPC", "no space is left on the device" },
};

/* npm's texts run over several lines; the first is the sentence. */
static int error_from_npm(json_object *report, int status, Error *e) {
        json_object *error = json_get(report, "error");
        const char *code = json_get_string(error, "code"),
                   *summary = json_get_string(error, "summary");

        if (!code)
                return error_set(e, -EIO, "npm ended with status %d", status);
        for (size_t i = 0; i < ELEMENTSOF(npm_errors); i++)
                if (streq(npm_errors[i].code, code))
                        return error_set(e, -EIO, "%s", npm_errors[i].clause);
        if (!summary)
                summary = "no more is known";
        return error_set(e, -EIO, "npm failed with %s: %.*s", code, (int) strcspn(summary, "\n"),
                         summary);
}

/* The child: npm, its standard output in `out`. */
_Noreturn static void exec_npm(char *const *argv, char *const *env, int out) {
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

        if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
                (void) execvpe(argv[0], argv, env);
        _exit(errno == ENOENT ? 127 : 126);
}

/* Runs npm and collects what it prints; its exit status, or negative. */
static int run_npm(char *const *argv, char *const *env, char **ret_output, size_t *ret_size) {
        _cleanup_(closep) int in = -EBADF, out = -EBADF;
        int fds[2], status, r;
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        in = fds[0];
        out = fds[1];

        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                exec_npm(argv, env, out);

        out = safe_close(out);
        r = read_fd(in, NPM_OUTPUT_MAX, ret_output, ret_size);
        in = safe_close(in);
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        if (r < 0)
                return r;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

/* The .npmrc texts in one file that only we may read; of equal keys npm takes the last. */
static int write_npmrc(const Request *request, const char *path) {
        _cleanup_(closep) int fd = -EBADF;
        int r;

        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        for (size_t i = 0; request->npmrc && i < json_object_array_length(request->npmrc); i++) {
                const char *text = json_string(json_object_array_get_idx(request->npmrc, i));

                if (!text)
                        continue;
                r = write_all(fd, text, strlen(text));
                if (r >= 0)
                        r = write_all(fd, "\n", 1);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The caller's npm_config_* variables; what places files is ours. */
static int add_configuration(const Request *request, const char *folder, char ***env) {
        _cleanup_(freep) char *npmrc = path_join(folder, "npmrc"),
                              *none = path_join(folder, "none");
        const struct {
                const char *name, *value;
        } ours[] = {
                { "HOME", folder },
                { "npm_config_userconfig", npmrc },
                { "npm_config_globalconfig", none },
                { "npm_config_cache", request->cache },
        };
        int r;

        if (!npmrc || !none)
                return -ENOMEM;
        if (request->env) {
                json_object_object_foreach(request->env, name, value) {
                        if (!startswith(name, "npm_config_") || !json_string(value))
                                continue;
                        r = strv_env_set(env, name, json_string(value));
                        if (r < 0)
                                return r;
                }
        }
        for (size_t i = 0; i < ELEMENTSOF(ours); i++) {
                r = strv_env_set(env, ours[i].name, ours[i].value);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int npm_environment(const Request *request, const char *folder, char ***ret) {
        static const char *const kept[] = { "PATH",       "LANG",        "NODE_EXTRA_CA_CERTS",
                                            "http_proxy", "https_proxy", "no_proxy" };
        _cleanup_(strv_freep) char **env = NULL;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(kept); i++) {
                r = strv_env_set(&env, kept[i], getenv(kept[i]));
                if (r < 0)
                        return r;
        }
        /* A dead registry shall be reported soon; by default npm waits a minute before its last
         * try. */
        r = strv_env_set(&env, "npm_config_fetch_retry_mintimeout", "500");
        if (r >= 0)
                r = strv_env_set(&env, "npm_config_fetch_retry_maxtimeout", "5000");
        if (r >= 0)
                r = add_configuration(request, folder, &env);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(env);
        return 0;
}

/* The tarball on standard input, as a file npm can be pointed at. */
static int receive_tarball(const char *folder, char **ret_spec) {
        _cleanup_(freep) char *path = path_join(folder, "package.tgz");
        _cleanup_(closep) int fd = -EBADF;
        char block[65536];
        size_t size = 0;
        ssize_t n;
        int r;

        if (!path)
                return -ENOMEM;
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        while ((n = read(STDIN_FILENO, block, sizeof(block))) != 0) {
                if (n < 0)
                        return -errno;
                size += (size_t) n;
                if (size > TARBALL_MAX)
                        return -EFBIG;
                r = write_all(fd, block, (size_t) n);
                if (r < 0)
                        return r;
        }
        return asprintf(ret_spec, "file:%s", path) < 0 ? -ENOMEM : 0;
}

static int npm_words(const Request *request, const char *const *words, const char *spec,
                     char ***ret) {
        _cleanup_(strv_freep) char **argv = NULL;
        int r;

        r = strv_extend(&argv, "npm");
        for (; r >= 0 && *words; words++)
                r = strv_extend(&argv, *words);
        if (r >= 0)
                r = strv_extendf(&argv, "--prefix=%s", request->tree);
        if (r >= 0 && spec)
                r = strv_extend(&argv, "--");
        if (r >= 0 && spec)
                r = strv_extend(&argv, spec);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(argv);
        return 0;
}

static int npm(const Request *request, const char *folder, const char *const *words,
               const char *spec, Error *e) {
        _cleanup_(freep) char *npmrc = path_join(folder, "npmrc"), *output = NULL;
        _cleanup_(json_object_putp) json_object *report = NULL;
        _cleanup_(strv_freep) char **argv = NULL, **env = NULL;
        size_t size;
        int r, status;

        if (!npmrc)
                return -ENOMEM;
        r = write_npmrc(request, npmrc);
        if (r >= 0)
                r = npm_environment(request, folder, &env);
        if (r >= 0)
                r = npm_words(request, words, spec, &argv);
        if (r < 0)
                return r;

        status = run_npm(argv, env, &output, &size);
        if (status < 0)
                return error_set(e, status, "cannot run npm: %s", strerror(-status));
        if (status == 127)
                return error_set(e, -ENOENT,
                                 "the command 'npm' is not installed (apt install npm)");
        if (status == 0)
                return 0;
        (void) json_parse(output, size, /* e= */ NULL, &report);
        return error_from_npm(report, status, e);
}

int npm_install(const Request *request, const char *folder, Error *e) {
        static const char *const words[] = {
                "install", "--ignore-scripts", "--omit=dev", "--no-audit",       "--no-fund",
                "--json",  "--package-lock",   "--save",     "--loglevel=error", NULL
        };
        _cleanup_(freep) char *tarball = NULL;
        int r;

        if (!request->spec) {
                r = receive_tarball(folder, &tarball);
                if (r < 0)
                        return error_set(e, r, "cannot take the tarball over: %s", strerror(-r));
        }
        return npm(request, folder, words, request->spec ? request->spec : tarball, e);
}

int npm_rebuild(const Request *request, const char *folder, Error *e) {
        static const char *const words[] = { "rebuild",    "--foreground-scripts",
                                             "--no-audit", "--no-fund",
                                             "--json",     "--loglevel=error",
                                             NULL };

        return npm(request, folder, words, /* spec= */ NULL, e);
}
