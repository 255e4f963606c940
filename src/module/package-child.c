/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/package-child.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "module/fetch-step.h"
#include "module/modules.h"
#include "module/npm-config.h"

#define ANSWER_MAX (64U * 1024U * 1024U) /* it lists the files, of which there may be 100,000 */

/* -- the request ----------------------------------------------------------------------- */

static int request_fill(const PackageRequest *p, json_object *o, Error *e) {
        const Modules unopened = { .note = p->note, .userdata = p->userdata };
        const struct {
                const char *key, *text;
        } texts[] = {
                { "folder", p->folder }, { "output", p->output }, { "tag", p->tag },
                { "access", p->access }, { "otp", p->otp },
        };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                r = json_add_string(o, texts[i].key, texts[i].text);
                if (r < 0)
                        return r;
        }
        r = json_add_bool(o, "ignore_scripts", p->ignore_scripts);
        if (r < 0)
                return r;
        r = json_add_bool(o, "dry_run", p->dry_run);
        if (r < 0)
                return r;
        /* as for npm, the package's own .npmrc counts */
        return npm_config_collect(&unopened, p->folder, o, e);
}

/* A file with the request, at its start. Returns the descriptor. */
static int request_write(const PackageRequest *p, Error *e) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        _cleanup_(closep) int fd = -EBADF;
        const char *text;
        int r;

        if (!o)
                return -ENOMEM;
        r = request_fill(p, o, e);
        if (r < 0)
                return r;
        text = json_text(o);
        if (!text)
                return -ENOMEM;
        fd = memfd_create("request", MFD_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = write_all(fd, text, strlen(text));
        if (r < 0)
                return r;
        return lseek(fd, 0, SEEK_SET) < 0 ? -errno : TAKE_FD(fd);
}

/* -- the child ------------------------------------------------------------------------- */

/* Its standard error is ours: scripts print there. */
static int child_start(const char *mode, const char *folder, int input_fd, int *ret_fd,
                       pid_t *ret_pid) {
        _cleanup_(freep) char *program = path_join(getenv("PM2CTL_LIBEXECDIR") ?: PKGLIBEXECDIR,
                                                   "pm2-fetch");
        _cleanup_(closep) int read_fd = -EBADF, write_fd = -EBADF;
        int out[2];
        pid_t pid;

        if (!program)
                return -ENOMEM;
        if (pipe2(out, O_CLOEXEC) < 0)
                return -errno;
        read_fd = out[0];
        write_fd = out[1];
        (void) fflush(NULL);
        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0) {
                if (chdir(folder) >= 0 && dup2(input_fd, STDIN_FILENO) >= 0 &&
                    dup2(write_fd, STDOUT_FILENO) >= 0)
                        (void) execl(program, "pm2-fetch", mode, (char *) NULL);
                _exit(127);
        }
        *ret_fd = TAKE_FD(read_fd);
        *ret_pid = pid;
        return 0;
}

static int child_wait(pid_t pid, Error *e) {
        int k, status;

        while ((k = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
                ;
        if (k < 0)
                return -errno;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
                return error_set(e, -EIO, "pm2-fetch cannot be run");
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                return error_set(e, -EIO, "pm2-fetch failed");
        return 0;
}

/* Its whole output, of which it is the caller's to make sense. */
static int child_run(const char *mode, const PackageRequest *p, Error *e, char **ret,
                     size_t *ret_size) {
        _cleanup_(closep) int input_fd = request_write(p, e), fd = -EBADF;
        _cleanup_(freep) char *text = NULL;
        size_t size = 0;
        pid_t pid = 0;
        int r, k;

        if (input_fd < 0)
                return input_fd;
        r = child_start(mode, p->folder, input_fd, &fd, &pid);
        if (r < 0)
                return r;
        r = read_fd(fd, ANSWER_MAX, &text, &size);
        fd = safe_close(fd); /* one that writes too much ends */
        k = child_wait(pid, r < 0 ? NULL : e);
        if (r < 0 || k < 0)
                return r < 0 ? r : k;
        *ret = TAKE_PTR(text);
        *ret_size = size;
        return 0;
}

static int package_ask(const char *mode, const PackageRequest *p, Error *e, json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size = 0;
        int r;

        r = child_run(mode, p, e, &text, &size);
        return r < 0 ? r : fetch_answer_parse(text, size, e, ret);
}

static int package_do(const char *mode, const PackageRequest *p, Error *e, json_object **ret) {
        const char *folder = p->folder ?: ".";
        _cleanup_(freep) char *path = realpath(folder, NULL);
        PackageRequest resolved = *p;
        _cleanup_(closep) int fd = path ? open_folder(AT_FDCWD, path) : -errno;

        if (fd < 0)
                return error_set(e, fd, "cannot open the directory %s: %s", folder, strerror(-fd));
        resolved.folder = path;
        return package_ask(mode, &resolved, e, ret);
}

int package_pack(const PackageRequest *p, Error *e, json_object **ret) {
        return package_do("pack", p, e, ret);
}

int package_publish(const PackageRequest *p, Error *e, json_object **ret) {
        return package_do("publish", p, e, ret);
}
