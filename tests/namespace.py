#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a command in a mount namespace, as root and from within a chroot too.

  namespace.py private COMMAND...      in one of its own, whose mounts nobody else sees
  namespace.py pivot ROOT COMMAND...   in the one it is in, whose only root ROOT becomes

unshare(1) and pivot_root(8) do that where / is a mount point. In a chroot it is none: the first cannot make it private,
nor the second replace it, and who stays "chrooted" may not create user namespaces. Hence both first go to the real
root of the mount namespace, by setns(2) into the namespace they are in."""

import ctypes
import os
import sys

CLONE_NEWNS, MS_REC, MS_PRIVATE, MS_SHARED, MNT_DETACH = 0x20000, 0x4000, 0x40000, 0x100000, 2
libc = ctypes.CDLL(None, use_errno=True)


def check(r, what):
    if r != 0:
        sys.exit(f"namespace: cannot {what}: {os.strerror(ctypes.get_errno())}; it takes root with CAP_SYS_ADMIN")


def go_to_real_root():
    check(libc.setns(os.open("/proc/self/ns/mnt", os.O_RDONLY), 0), "go to the root of the mount namespace")


def propagate(how):
    check(libc.mount(None, b"/", None, MS_REC | how, None), "change how mounts propagate")


def private():
    check(libc.unshare(CLONE_NEWNS), "make a mount namespace")
    root, here = os.open("/", os.O_DIRECTORY), os.open(".", os.O_DIRECTORY)
    go_to_real_root()
    propagate(MS_PRIVATE)
    os.fchdir(root)
    os.chroot(".")
    os.fchdir(here)


def pivot(path):
    root = os.open(path, os.O_DIRECTORY)
    go_to_real_root()
    os.fchdir(root)
    check(libc.pivot_root(b".", b"."), "change the root")
    check(libc.umount2(b".", MNT_DETACH), "detach the old root")
    os.chdir("/")
    propagate(MS_SHARED)  # else the mounts of LoadCredential= do not reach systemd's units


if len(sys.argv) > 2 and sys.argv[1] == "private":
    private()
    command = sys.argv[2:]
elif len(sys.argv) > 3 and sys.argv[1] == "pivot":
    pivot(sys.argv[2])
    command = sys.argv[3:]
else:
    sys.exit(__doc__)
os.execvp(command[0], command)
