#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Man page and completions against the tables of verbs and options: all of them are there, and nothing else is. And
# whether groff and the shells take the files, and every page that something refers to exists. TAP.
set -u
top=${top_srcdir:-$(dirname "$0")/../..} build=${top_builddir:-.}
export PATH="$build:$PATH"
completion=$top/contrib/completion
. "${0%/*}/../cli/lib.sh"

same() { # DESCRIPTION WANTED GOT
        local difference
        difference=$(diff <(echo "$2") <(echo "$3"))
        result "$?" "$1" "$difference"
}

silent() { # DESCRIPTION COMMAND...
        local output status
        output=$("${@:2}" 2>&1)
        status=$?
        [ -z "$output" ] || status=1
        result "$status" "$1" "$output"
}

lines() { tr -s ' \n' '\n' | sed '/^$/d' | sort; }

# -- what there is: "NAME ALIAS…" of each verb, "--NAME[=] [-LETTER] VERB…" of each option
tables=$("$build/pm2ctl" --list-verbs) || { echo "Bail out! pm2ctl --list-verbs fails"; exit 1; }
verbs=$(grep -v '^--' <<<"$tables" | sed 's/ *$//' | sort)
options=$(grep '^--' <<<"$tables" | sed -E 's/ *$//; s/^([^ =[]*)(=?)[^ ]*/\1\2/' | sort)
names=$(lines <<<"$verbs")
result "$([ "$(wc -w <<<"$names")" -gt 20 ] && [ "$(wc -l <<<"$options")" -gt 10 ]; echo $?)" "the tables are there" "$tables"

help=$("$build/pm2ctl" --help | sed -n '/^Verbs:/,/^$/s/^  //p')
column=${help%%Install*} crooked=
while read -r line; do
        [[ ${line:${#column}-1} == ' '[A-Z]* ]] || crooked+=$line$'\n'
done <<<"$help"
result "$([ -z "$crooked" ] && [ -n "$help" ]; echo $?)" "what --help says of each verb begins in one column" "$crooked"

takes() { # VERB: the options it takes, one a line
        awk -v verb="$1" '{ ours = NF == 1 || NF == 2 && $2 ~ /^-.$/
                            for (i = 2; i <= NF; i++) ours = ours || $i == verb
                            if (ours) print $1 }' <<<"$options"
}

# -- man page: in VERBS and OPTIONS, every tag's bold words; "With …:" names an option's verbs
tags() { # SECTION: the bold words of each tag, in one line
        awk -v section=".SH $1" '/^\.SH/ { inside = $0 == section; next }
                inside && tag { print; tag = 0; next }
                inside && /^\.TP/ { tag = 1 }
                inside && /^With .*:$/ { print "  " $0 }' "$top/man/pm2ctl.1" |
                sed -E 's/\\-/-/g; s/^/ /' | sed -E 's/\\fB([^\\]*)\\fR/\n\1\n/g' |
                awk '/^ / { if ($0 !~ /With/) printf "\n"; next } /^[a-z-]/ { printf "%s ", $0 } END { print "" }' |
                sed -E '/^ *$/d; s/ *$//'
}
same "pm2ctl(1) has every verb with its aliases, and no other" "$verbs" "$(tags VERBS | sort)"
same "pm2ctl(1) has every option with its letter and verbs, and no other" \
        "$(sed -E 's/^(\S+) (-.)\b/\2 \1/' <<<"$options" | sort)" \
        "$(tags OPTIONS | sed -E 's/ (=)( |$)/\1\2/' | sort)"

# -- bash: by asking the completion itself
complete_bash() { # LINE
        # shellcheck disable=SC2016
        COMPLETION="$completion/bash/pm2ctl" LINE=$1 bash -c '. "$COMPLETION"
                pm2ctl() { case "$*" in *modules) echo "@acme/tool";; *keys) echo "tool:key";; esac; }
                COMP_LINE=$LINE COMP_POINT=${#LINE}
                text=${LINE##*[ :@]}
                _pm2ctl pm2ctl "$text"; printf "%s\n" "${COMPREPLY[@]}"' | sort -u
}
same "bash completes every verb" "$(cut -d' ' -f1 <<<"$verbs")" "$(complete_bash 'pm2ctl --user ')"
wrong=
while read -r verb aliases; do
        for name in $verb $aliases; do
                wrong+=$(diff <(takes "$verb" | sed -E 's/^--(json|safe)$/&\n&=/' | sort) <(complete_bash "pm2ctl $name --")) ||
                        wrong+=$'\n'"which was about: $name"$'\n'
        done
done <<<"$verbs"
result "$([ -z "$wrong" ]; echo $?)" "bash completes every verb's options, and those of its aliases" "$wrong"
same "bash completes modules" "acme/tool" "$(complete_bash 'pm2ctl describe @ac')"
same "bash completes what follows a colon" "key" "$(complete_bash 'pm2ctl --user set tool:k')"

# -- zsh and fish: their tables
table() { # FILE WHAT: the quoted first arguments of _pm2ctl_verb
        sed -nE "s/^ *_+pm2ctl_$2 '([^']*)' .*/\1/p" "$1" | sort
}
option_table() { # FILE PATTERN: "--NAME VERB…" of each _pm2ctl_option
        sed -nE "s/^ *_+pm2ctl_option '([^']*)'.*$2([a-z-]+).*/--\2 \1/p" "$1" | sed 's/ *$//' | sort
}
plain_options=$(sed -E 's/=//; s/^(\S+) -.\b/\1/' <<<"$options" | sort)
letters=$(sed -nE 's/^\S+ -(.)\b.*/\1/p' <<<"$options" | sort)
for shell in zsh fish; do
        case $shell in
        zsh) file=$completion/zsh/_pm2ctl option='[^a-z]--' letter='\{-(.)\+?,';;
        fish) file=$completion/fish/pm2ctl.fish option=' -l ' letter=' -s (.) ';;
        esac
        same "$shell has every verb with its aliases, and no other" "$verbs" "$(table "$file" verb)"
        same "$shell has every option with its verbs, and no other" "$plain_options" "$(option_table "$file" "$option")"
        same "$shell has every option's letter, and no other" "$letters" \
                "$(sed -nE "s/^ *_+pm2ctl_option .*$letter.*/\1/p" "$file" | sort)"
done

# -- fish, asked itself
if command -v fish >/dev/null; then
        wrong=
        while read -r verb aliases; do
                for name in $verb $aliases; do
                        wrong+=$(diff <(takes "$verb" | sed 's/=$//' | sort -u) <(
                                fish --no-config -c "source $completion/fish/pm2ctl.fish; complete -C 'pm2ctl $name --'" |
                                        cut -f1 | sed 's/=$//' | sort -u)) || wrong+=$'\n'"which was about: $name"$'\n'
                done
        done <<<"$verbs"
        result "$([ -z "$wrong" ]; echo $?)" "fish completes every verb's options, and those of its aliases" "$wrong"
else
        skip "fish completes every verb's options" "there is no fish"
fi

# -- docs/ARCHITECTURE.md: each `layer/file` it points to
gone=
while read -r file; do
        compgen -G "$top/src/$file.[ch]" >/dev/null || compgen -G "$top/src/$file" >/dev/null || gone+="$file "
done < <(grep -oE '`[a-z]+(/[a-z*-]+)+`' "$top/docs/ARCHITECTURE.md" | tr -d '`' | sort -u)
result "$([ -z "$gone" ] && [ -s "$top/docs/ARCHITECTURE.md" ]; echo $?)" "what the map points to is there" "$gone"

# -- other documents: each `folder/file` of this tree, and each link
gone=
while IFS=: read -r document path; do
        case $path in
        \]*) path=$(dirname "$document")/${path:2:-1};;
        *) path=$top/${path//\`/};;
        esac
        [ -e "$path" ] || gone+="${document##*/}: $path"$'\n'
done < <(grep -oE '`(src|tests|units|man|docs|contrib)/[a-z0-9@./_-]*`|\]\([^):#]+\)' "$top"/docs/*.md "$top/tests/README.md")
while read -r path; do
        [ -e "$top/$path" ] || gone+="README: $path"$'\n'
done < <(grep -oE '\b(tests|man|docs|contrib)/[A-Za-z0-9./-]*[A-Za-z0-9/]' "$top/README")
result "$([ -z "$gone" ]; echo $?)" "what other documents point to is there" "$gone"

# -- commands for those who work on pm2ctl: blocks ```sh, and README's. The program is there, and knows the options; make knows the
# targets and tests. What pm2ctl, systemctl and journalctl do, tests/system/docs.sh tries.
known_tests=$(MAKEFLAGS= make -s --no-print-directory -C "$build" print-tests | tr ' ' '\n')
system_tests=$(cd "$top/tests" && find system in-vm -name '*.sh' -printf '%f\n' | sed 's/\.sh$//')
targets=$(sed -nE 's/^([a-z-]+) *:.*/\1/p' "$build/Makefile")
judge_command() { # WORD…: prints what is wrong
        local program=$1 word; shift
        [ -x "$top/$program" ] || { echo "there is no program '$program'"; return; }
        [ "$program" != tests/build ] || shift
        while [ $# -gt 0 ]; do
                word=$1; shift
                case $program,$word in
                *,--only) grep -qE -e "$1" <<<"$known_tests"$'\n'"$system_tests" || echo "no test matches '$1'"; shift;;
                *,--*) grep -qE -e "^#.*${word%%=*}\b" "$top/$program" || echo "$program does not know '$word'";;
                tests/build,TESTS=*) grep -qxF -e "${word#*=}" <<<"$known_tests" || echo "there is no test '${word#*=}'";;
                tests/build,*=*) grep -q "^${word%%=*} *=" "$build/Makefile" || [[ $word == DESTDIR=* ]] || echo "make does not know '$word'";;
                tests/build,-*) ;;
                tests/build,*) grep -qxF -e "$word" <<<"$targets" || echo "make has no target '$word'";;
                tests/system/run,*) grep -qxF -e "$word" <<<"$system_tests" || echo "there is no system test '$word'";;
                tests/machine,*) grep -qE "^#   machine $word " "$top/$program" || echo "tests/machine cannot '$word'"; return;;
                *) echo "$program takes no '$word'";;
                esac
        done
}
wrong='' count=0
while read -r command; do
        eval "words=(${command//\$PWD/here})"
        while [[ ${words[0]} == [A-Z]*=* ]]; do words=("${words[@]:1}"); done
        count=$((count + 1))
        problem=$(judge_command "${words[@]}")
        [ -z "$problem" ] || wrong+="$command: $problem"$'\n'
done < <({ sed -n '/^```sh$/,/^```$/{/^```/!p}' "$top"/docs/*.md "$top/tests/README.md"; sed -nE 's,^    ((tests|contrib)/[a-z]+( -.*)?)$,\1,p' "$top/README"; } |
        sed -E 's/ +#.*//; /^$/d')
result "$([ -z "$wrong" ] && [ "$count" -gt 20 ]; echo $?)" "commands in README, docs and tests/README.md exist ($count)" "$wrong"

# -- README's list of packages, and how it configures
wrong=
packages=$(sed -n '/^    apt install/,/^    autoreconf/p' "$top/README" | grep -oE '[a-z0-9-]+' | sort -u)
. "$top/contrib/packages.sh"
# shellcheck disable=SC2154
for package in $packages_build systemd-dev nodejs npm; do
        case $package in libc6-dev|xz-utils|git) continue;; esac # the compiler brings the first, building needs no other
        grep -qxF -e "$package" <<<"$packages" || wrong+="$package "
done
for option in $(grep -oE -e '^    ./configure .*' "$top/README" | grep -oE -e '--\S+'); do
        grep -qF -e "$option" "$top/tests/build" || wrong+="$option "
done
result "$([ -z "$wrong" ]; echo $?)" "README installs the packages, and configures as, contrib/packages.sh and tests/build" "$wrong"

# -- whether they can be read
for file in bash/pm2ctl zsh/_pm2ctl fish/pm2ctl.fish; do
        shell=${file%%/*}
        if command -v "$shell" >/dev/null; then
                silent "$shell reads $file" "$shell" -n "$completion/$file"
        else
                skip "$shell reads $file" "there is no $shell"
        fi
done
for page in "$top"/man/*.[1-9]; do
        name=${page##*/}
        if command -v groff >/dev/null; then
                silent "$name is free of warnings" groff -man -ww -Tutf8 -z "$page"
        else
                skip "$name is free of warnings" "there is no groff"
        fi
done

# -- references to pages of ours: from units, the catalog, README and the pages themselves
missing=
for reference in $(sed 's/\\-/-/g; s/ *(\([1-9]\))/(\1)/g' "$top"/README "$top"/docs/*.md "$top"/tests/README.md "$top"/units/pm2ctl.catalog \
        "$top"/units/*.slice "$top"/units/*/*.in "$top"/man/*.[1-9] |
        grep -ohE '\bpm2[a-z0-9-]*\([1-9]\)' | sort -u); do
        page=${reference%(*}.${reference##*(}
        [ -e "$top/man/${page%)}" ] || missing+="$reference is nowhere"$'\n'
done
result "$([ -z "$missing" ]; echo $?)" "every page of ours that is referred to exists" "$missing"

# -- "pm2ctl VERB" wherever a text for users has one in a command's place
unknown=
for verb in $(sed 's/\\-/-/g; s/\\f[BRIP]//g' "$top"/README "$top"/docs/*.md "$top"/units/pm2ctl.catalog "$top"/man/*.[1-9] |
        grep -ohE '(^[#$] |^  +|`|\.B[R]? "?)pm2ctl [a-z]+' | sed 's/.*pm2ctl //' | sort -u); do
        grep -qx "$verb" <<<"$names"$'\ncomplete' || unknown+="pm2ctl $verb"$'\n'
done
result "$([ -z "$unknown" ]; echo $?)" "every verb that README, docs, catalog and man pages use exists" "$unknown"

# -- PM2's words: the table of pm2ctl is that of the document
words=$("$build/pm2ctl" --list-pm2-words)
same "FROM-PM2.md has every verb and option of PM2 that pm2ctl explains" "$words" \
        "$(sed -n '/^## Verbs and options that/,/^## Files/p' "$top/docs/FROM-PM2.md" | grep '^| `' |
                awk -F ' [|] ' '{ gsub(/[`,|]/, "", $1); sub(/ \|$/, "", $2); print $1 " : " $2 }')"
done_testing
