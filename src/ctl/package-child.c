/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/package-child.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "ctl/npm-config.h"

#define ANSWER_MAX (64U * 1024U * 1024U) /* it lists the files, of which there may be 100,000 */

int package_request(const Arguments *arg, const char *folder, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        _cleanup_(freep) char *path = realpath(folder ?: ".", NULL);
        int r;

        if (!o)
                return -ENOMEM;
        /* as for npm, the .npmrc of the folder one is in counts */
        if (!path || chdir(path) < 0)
                return error_set(e, -errno, "there is no folder %s: %s", folder ?: ".",
                                 strerror(errno));
        r = json_add_string(o, "folder", path);
        if (r >= 0)
                r = json_add_bool(o, "ignore_scripts", arg->ignore_scripts);
        if (r >= 0)
                r = npm_config_collect(o, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

static int make_input(json_object *request) {
        _cleanup_(closep) int fd = memfd_create("request", MFD_CLOEXEC);
        const char *text = json_text(request);
        int r;

        if (fd < 0 || !text)
                return fd < 0 ? -errno : -ENOMEM;
        r = write_all(fd, text, strlen(text));
        if (r < 0)
                return r;
        return lseek(fd, 0, SEEK_SET) < 0 ? -errno : TAKE_FD(fd);
}

/* The child's standard error is ours: scripts have their say there. */
static int start(const char *mode, int input_fd, int *ret_fd, pid_t *ret_pid) {
        _cleanup_(freep) char *program = path_join(getenv("PM2CTL_LIBEXECDIR") ?: PKGLIBEXECDIR,
                                                   "pm2-fetch");
        int out[2];
        pid_t pid;

        if (!program)
                return -ENOMEM;

        if (pipe2(out, O_CLOEXEC) < 0)
                return -errno;
        (void) fflush(NULL);
        pid = fork();
        if (pid < 0) {
                int r = -errno;

                (void) close(out[0]);
                (void) close(out[1]);
                return r;
        }
        if (pid == 0) {
                if (dup2(input_fd, STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0)
                        (void) execl(program, "pm2-fetch", mode, (char *) NULL);
                _exit(127);
        }
        (void) close(out[1]);
        *ret_fd = out[0];
        *ret_pid = pid;
        return 0;
}

static int read_pipe(int fd, char **ret, size_t *ret_size) {
        _cleanup_(freep) char *text = NULL;
        size_t size = 0, room = 0;

        for (;;) {
                ssize_t n;

                if (room - size < 4096) {
                        char *grown = realloc(text, room = room * 2 + 8192);

                        if (!grown)
                                return -ENOMEM;
                        text = grown;
                }
                n = read(fd, text + size, room - size);
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n == 0)
                        break;
                size += n > 0 ? (size_t) n : 0;
                if (size > ANSWER_MAX)
                        return -EFBIG;
        }
        *ret = TAKE_PTR(text);
        *ret_size = size;
        return 0;
}

int package_child(const char *mode, json_object *request, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        _cleanup_(closep) int input_fd = make_input(request), fd = -EBADF;
        _cleanup_(freep) char *text = NULL;
        int r, k, status;
        size_t size = 0;
        pid_t pid = 0;

        if (input_fd < 0)
                return input_fd;
        r = start(mode, input_fd, &fd, &pid);
        if (r < 0)
                return r;
        r = read_pipe(fd, &text, &size);
        fd = safe_close(fd); /* one that says too much ends */
        while ((k = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
                ;
        if (r < 0 || k < 0)
                return r < 0 ? r : -errno;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                return error_set(e, -EIO, "pm2-fetch %s",
                                 WIFEXITED(status) && WEXITSTATUS(status) == 127 ? "cannot be run"
                                                                                 : "failed");

        r = json_parse(text, size, e, &answer);
        if (r < 0)
                return error_prefix(e, r, "the answer of pm2-fetch");
        if (json_get_string(answer, "error"))
                return error_set(e, -EIO, "%s", json_get_string(answer, "error"));
        *ret = TAKE_PTR(answer);
        return 0;
}

int package_print(const Arguments *arg, json_object *answer) {
        static const Column columns[] = {
                { "size", "SIZE", CELL_BYTES },
                { "path", "FILE", CELL_TEXT },
        };
        const TableStyle style = table_style(arg, NULL);

        if (arg->quiet && arg->json == JSON_OFF)
                return 0;
        return arg->json != JSON_OFF ? json_print(answer, arg->json)
                                     : table_print(columns, ELEMENTSOF(columns),
                                                   json_get(answer, "files"), &style);
}
