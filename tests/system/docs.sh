#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 400
#
# Every example of README and docs/*.md, and those of users in pm2ctl(1), run as root for the machine's modules, or as a user
# for that user's own, as they say; and print what is shown below them.
. "${0%/*}/lib.sh"
top=$TESTS/..
examples=${0%/*}/examples.py

# -- the module that the examples are about, in two versions, on a registry that takes what is published
made=/srv/packages/pm2-server-monit
mkdir -p $made/3.0.0
cat >$made/3.0.0/package.json <<'END'
{ "name": "pm2-server-monit", "version": "3.0.0", "main": "index.js", "config": { "drive": "/", "cpu_refresh_rate": 2 } }
END
cat >$made/3.0.0/index.js <<'END'
process.send({ type: 'axm:action', data: { action_name: 'uptime', arity: 2 } });
process.send({ type: 'axm:option:configuration', data: { drive: process.env.drive } });
process.on('message', (m) => process.send({ type: 'axm:reply', data: { action_name: m.msg ?? m, return: 'up' } }));
process.on('SIGUSR2', () => console.log('signalled'));
setInterval(() => {}, 1000);
END
cat >/srv/registry.js <<'END'
const { Registry } = require(process.argv[2]);
const put = (request, response) => request.method === 'PUT' && (response.writeHead(201).end('{}'), true);
new Registry({ packages: process.argv.slice(3), intercept: put }).listen().then(console.log);
END
setsid node /srv/registry.js "$TESTS/registry.js" "$TESTS/packages" /srv/packages >/srv/url 2>&1 </dev/null &
ok "a registry" wait_for 20 grep -q '^http' /srv/url
newer() { # VERSION: it is on the registry from now on
        cp -r $made/3.0.0 "$made/$1"
        sed -i "s/\"3.0.0\"/\"$1\"/" "$made/$1/package.json"
}

add_user dev 4100
use_registry "$(cat /srv/url)"
use_registry "$(cat /srv/url)" /home/dev
printf '//%s:_authToken=x\n' "$(sed 's,^http://,,' /srv/url)" | tee -a /root/.npmrc >>/home/dev/.npmrc
cat >/srv/editor <<'END'
#!/bin/sh
case $1 in +*) shift;; esac # the line to start on, since systemd 256
sed -i '2a [Service]\nMemoryMax=200M' "$1"
END
chmod 755 /srv/editor

# -- one command, as root or as the user, where that one's command before it ended; what asks for a value gets one
at_home() {
        echo /root >/var/tmp/at-root
        as_user dev tee /var/tmp/at-dev <<</home/dev >/dev/null
}
# shellcheck disable=SC2016
shell='cd "$(cat "$0")" && eval "$1"; status=$?; pwd >"$0"; exit $status'
run() { # root|user COMMAND
        local command=$2
        case $command in
        *"systemctl"*" edit "*) command="SYSTEMD_EDITOR=/srv/editor script -qec '$command' /dev/null";;
        "pm2ctl logs"*) [[ $command == *--nostream* ]] || command="timeout -s INT 2 $command || [ \$? -eq 124 ]";;
        "pm2ctl outdated"*) command="$command || [ \$? -eq 1 ]";;
        esac
        case $1 in
        root) timeout 60 bash -c "$shell" /var/tmp/at-root "$command" <<<given;;
        user) as_user dev timeout 60 bash -c "$shell" /var/tmp/at-dev "$command" <<<given;;
        esac
}
prints() { # root|user COMMAND PATTERN
        local text
        text=$(run "$1" "$2" 2>&1)
        "$examples" match "$3" <<<"$text" || { printf '%s\n' "$3" "but:" "$text"; return 1; }
}

# What the last command printed. It is run again where that does not match: what a module reports takes a moment.
printed() { "$examples" match "$3" <<<"$OUTPUT" || wait_for 15 prints "$@"; } # root|user COMMAND PATTERN

example() { # FILE root|user COMMAND [OUTPUT]
        local name="$1, $2: ${3%%$'\n'*}"
        ok "$name" run "$2" "$3"
        [ -z "${4:-}" ] || ok "... prints what is shown" printed "$2" "$3" "$4"
}

# -- README: the same commands for both
at_home
mapfile -d '' -t records < <("$examples" list "$top/README")
is "README has examples" "$((${#records[@]} > 60))" 1
for who in root user; do
        for ((i = 0; i < ${#records[@]}; i += 3)); do
                command=${records[i + 1]}
                [ $who = root ] || command=$(sed -E 's/^(systemctl|journalctl) /\1 --user /' <<<"$command")
                [[ $command != "pm2ctl outdated"* ]] || newer "3.1.$i"
                example README $who "$command"
        done
done
for who in root user; do
        is "... which left nothing running for $who" "$(run $who "pm2ctl list --json=short")" "[]"
done

# -- tables: each command with the module running, and its previous release there
newer 4.0.0
for who in root user; do
        for version in 3.0.0 4.0.0; do
                ok "$who's module, $version" run $who "pm2ctl -q install pm2-server-monit@$version"
        done
        ok "$who's folder" run $who "pm2ctl -q generate folder"
done
ok "a folder to link" as_user dev pm2ctl -q generate link
words='s/\bNAME\b/pm2-server-monit/g; s/\bNEW\b/fresh/g; s/\bFOLDER\b/folder/g; s/\bKEY\b/drive/g; s,\bVALUE\b,/data,g;
       s/\bACTION\b/uptime/g; s/\bPARAM\b/x/g'

ready() { # root|user: it runs
        run "$1" "systemctl $([ "$1" = root ] || echo --user) -q is-active pm2@pm2-server-monit || pm2ctl -q start pm2-server-monit || pm2ctl -q install pm2-server-monit"
}

cell() { # FILE root|user COMMAND FIRST-CELL: how it ends, or with what message it fails, is in the first cell
        local command
        command=$(sed -E "$words" <<<"$3")
        [[ $command != "pm2ctl install ." ]] || command="cd /home/dev/link && $command && cd -"
        ready "$2" >/dev/null 2>&1
        case $4 in
        '`start` of a stopped'*) run "$2" "pm2ctl -q stop pm2-server-monit";;&
        '`start` of a stopped'*|'`enable`'*)
                fails "$1, $2: $command" run "$2" "$command"
                like "... with that message" "$OUTPUT" "$(sed -E 's/.*`([^`]*)`$/\1/' <<<"$4")";;
        *) example "$1" "$2" "$command";;
        esac
}

as_user dev mkdir counter
as_user dev tee counter/package.json <<<'{ "name": "counter", "version": "1.0.0", "main": "index.js" }' >/dev/null
as_user dev tee counter/index.js <<<'setInterval(() => {}, 1000)' >/dev/null

# How many each has at least: a table or block that is no longer recognized would go unnoticed.
declare -A least=([pm2ctl.1]=3 [FROM-PM2.md]=60 [FROM-SYSTEMCTL.md]=50 [MODULES.md]=20 [HACKING.md]=8)
for file in "$top"/man/pm2ctl.1 "$top"/docs/*.md; do
        name=${file##*/} count=0
        at_home
        mapfile -d '' -t records < <("$examples" list "$file")
        for ((i = 0; i < ${#records[@]}; i += 3)); do
                where=${records[i]} command=${records[i + 1]} text=${records[i + 2]}
                count=$((count + 1))
                case $where in
                table-*) cell "$name" "${where#table-}" "$command" "$text";;
                *) example "$name" "$where" "$command" "$text";;
                esac
        done
        is "$name has its examples" "$((count >= ${least[$name]:-0}))" 1
done
done_testing
