# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The one list of Debian packages that pm2ctl needs, and how they get installed; sourced by tests/run and quickstart.

packages_build="gcc libc6-dev make autoconf automake pkgconf xz-utils git
        libsystemd-dev libjson-c-dev libinih-dev libcurl4-openssl-dev libarchive-dev libssl-dev
        libunistring-dev"
# where systemd's folders are stands in a package of its own since Debian 13
grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release || packages_build+=" systemd-dev"
# systemd's own tools, even where something else is PID 1, and what the modules run with
packages_machine="systemd dbus dbus-user-session libpam-systemd libnss-systemd mount procps iproute2 python3
        ca-certificates"
packages_test="net-tools zsh fish groff-base openssl libcap2-bin clang-format"
# what tests/run builds with besides, and makes another Debian with
packages_compilers="clang libclang-rt-dev"
packages_debian="debootstrap debian-archive-keyring"
# tests/vm: the virtual machine, and the kernel that is installed in its Debian
packages_vm="qemu-system-x86 qemu-utils e2fsprogs"
packages_guest="linux-image-cloud-amd64"

packages_missing() { # PACKAGE...
        local package
        for package; do
                [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
        done
}

# packages_install GROUP...: what is missing of these groups, and node and npm where nothing provides them. Starts no
# service. 0, or 1 after an error in one sentence.
packages_install() (
        local group list wanted=() missing policy=/usr/sbin/policy-rc.d mine="" r=0
        for group; do
                list=packages_$group
                # shellcheck disable=SC2206
                wanted+=(${!list})
        done
        command -v node >/dev/null || wanted+=(nodejs)
        command -v npm >/dev/null || wanted+=(npm)
        mapfile -t missing < <(packages_missing "${wanted[@]}")
        [ "${#missing[@]}" -gt 0 ] || return 0
        command -v apt-get >/dev/null || {
                echo "These packages are missing and there is no apt-get to install them: ${missing[*]}" >&2
                return 1
        }
        # Without systemd the packages' scripts would start their daemons right here.
        if [ ! -d /run/systemd/system ] && [ ! -e "$policy" ]; then
                mine=$policy
                trap 'rm -f "$mine"' EXIT
                printf '#!/bin/sh\nexit 101\n' >"$policy"
                chmod 755 "$policy"
        fi
        echo "Installing ${missing[*]}"
        {
                apt-get -q -o DPkg::Lock::Timeout=300 update &&
                        DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=300 install \
                                --no-install-recommends "${missing[@]}"
        } </dev/null >/var/log/pm2ctl-packages.log 2>&1 || r=1
        [ "$r" -eq 0 ] || {
                tail -n 5 /var/log/pm2ctl-packages.log >&2
                echo "apt-get failed; /var/log/pm2ctl-packages.log has all it said" >&2
        }
        return "$r"
)
