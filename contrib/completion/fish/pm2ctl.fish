# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for pm2ctl(1)

# The words before the cursor without options: the verb as typed, then its words.
function __pm2ctl_words
    set -l value
    set -l only
    for word in (commandline -opc)[2..]
        if test -n "$value"
            set value
        else if test -n "$only"
            printf '%s\n' $word
        else if test $word = --
            set only 1
        else if contains -- $word --uid --gid --env --lines --since --until --priority --grep --output --timeout --tag --access --otp -n -S -U -p -g -o
            set value 1
        else if not string match -qr -- '^-[^0-9.]' $word
            printf '%s\n' $word
        end
    end
end

function __pm2ctl_without_verb
    test (count (__pm2ctl_words)) -eq 0
end

function __pm2ctl_verb_is # NAME ALIAS…
    set -l words (__pm2ctl_words)
    test (count $words) -gt 0; and contains -- $words[1] $argv
end

# The same before the N-th word after the verb; every other word with a STEP of 2.
function __pm2ctl_word_is # N STEP NAME ALIAS…
    set -l words (__pm2ctl_words)
    test (count $words) -gt 0; and contains -- $words[1] $argv[3..]
    or return 1
    set -l n (count $words)
    test $argv[2] -gt 0; and test (math $n % $argv[2]) -eq $argv[1]
    or test $n -eq $argv[1]
end

function __pm2ctl_scope
    for word in (commandline -opc)
        contains -- $word --system --user; and echo $word
    end
end

# Names of modules, keys and actions come from packages: fish takes each line for a candidate, and escapes it.
function __pm2ctl_complete # WHAT [MODULE]
    if contains -- -- (commandline -opc)
        pm2ctl (__pm2ctl_scope) complete $argv 2>/dev/null
    else
        pm2ctl (__pm2ctl_scope) complete $argv 2>/dev/null | string match -v -- '-*'
    end
end

function __pm2ctl_verb # "NAME ALIAS…" DESCRIPTION
    set -l names (string split ' ' -- $argv[1])
    set -g __pm2ctl_aliases_$names[1] $names
    complete -c pm2ctl -n __pm2ctl_without_verb -f -a $names[1] -d $argv[2]
end

function __pm2ctl_option # "VERB…", or "" for all of them; arguments of complete
    set -l verbs
    for verb in (string split -n ' ' -- $argv[1])
        set -l names __pm2ctl_aliases_$verb
        set -a verbs $$names
    end
    if test -n "$verbs"
        complete -c pm2ctl -n "__pm2ctl_without_verb; or __pm2ctl_verb_is $verbs" $argv[2..]
    else
        complete -c pm2ctl $argv[2..]
    end
end

complete -c pm2ctl -f
__pm2ctl_verb 'install i module:install' 'Install packages as modules, or link a directory (.)'
__pm2ctl_verb 'update upgrade module:update' 'Update modules to what their source has now'
__pm2ctl_verb 'outdated' 'List modules with newer versions'
__pm2ctl_verb 'rollback' 'Return to the previous releases'
__pm2ctl_verb 'uninstall un module:uninstall remove' 'Remove modules and their data'
__pm2ctl_verb 'list ls l ps' 'List the installed modules'
__pm2ctl_verb 'show describe desc info' 'Show everything known about modules'
__pm2ctl_verb 'status' 'Show what systemctl reports about modules'
__pm2ctl_verb 'logs log' "Show and follow modules' logs"
__pm2ctl_verb 'start' 'Start stopped modules'
__pm2ctl_verb 'stop' 'Stop modules until the next boot'
__pm2ctl_verb 'restart reload' 'Restart modules with new units'
__pm2ctl_verb 'trigger' 'Run an action of modules'
__pm2ctl_verb 'set' 'Change settings, and restart the modules they reach'
__pm2ctl_verb 'multiset' 'The same, with all pairs in one word'
__pm2ctl_verb 'get' 'Print a setting, or the commands that set all'
__pm2ctl_verb 'conf config' 'Show settings and their origins, or change one'
__pm2ctl_verb 'unset' 'Remove settings, and restart the modules they reach'
__pm2ctl_verb 'env' 'Print the environment of a running module'
__pm2ctl_verb 'enable' 'Start modules at boot'
__pm2ctl_verb 'disable' 'Do not start modules at boot'
__pm2ctl_verb 'jlist prettylist' "List modules as PM2's jlist does"
__pm2ctl_verb 'cache' 'Remove downloads'
__pm2ctl_verb 'generate module:generate' 'Write the skeleton of a new module'
__pm2ctl_verb 'check' 'Check whether a directory can be installed as a module'
__pm2ctl_verb 'package' "Make a module's tarball, as npm does"
__pm2ctl_verb 'publish module:publish' 'Publish a module to the registry of .npmrc'

__pm2ctl_option '' -s h -l help -d 'Show this help'
__pm2ctl_option '' -l version -d 'Show the version'
__pm2ctl_option '' -l system -d "Act on the system's modules (default for root)"
__pm2ctl_option '' -l user -d "Act on the calling user's modules (default for other users)"
__pm2ctl_option '' -s q -l quiet -d 'Print less'
__pm2ctl_option '' -l json -a 'pretty short off' -d 'Print JSON'
__pm2ctl_option '' -l no-legend -d 'Do not print column headers'
__pm2ctl_option '' -l no-pager -d 'Do not use a pager'
__pm2ctl_option 'install' -l env -x -d 'Add env_NAME of the apps to their environment'
__pm2ctl_option 'install' -l uid -x -a '(__fish_complete_users)' -d 'Run the module as this user'
__pm2ctl_option 'install' -l gid -x -a '(__fish_complete_groups)' -d 'Run the module with this group'
__pm2ctl_option 'install update rollback' -l safe -d 'Wait longer before giving up the previous release'
__pm2ctl_option 'install update package publish' -l ignore-scripts -d 'Do not run scripts of packages'
__pm2ctl_option 'install update' -l scripts-network -d 'Let install scripts use the network'
__pm2ctl_option 'install update' -l force -d 'Make a new release even of what is installed already'
__pm2ctl_option 'install update outdated' -l offline -d 'Use only what is in the cache'
__pm2ctl_option 'install update outdated' -l prefer-offline -d 'Use what is in the cache, however old'
__pm2ctl_option 'install update' -l allow-unverified -d 'Accept downloads without a hash to verify them by'
__pm2ctl_option 'uninstall' -l purge -d 'Remove the settings too'
__pm2ctl_option 'start stop restart uninstall enable disable show' -s a -l all -d 'Act on every module'
__pm2ctl_option 'start' -l enabled -d 'Act on the modules started at boot'
__pm2ctl_option 'set unset multiset conf' -l no-restart -d 'Do not restart running modules'
__pm2ctl_option 'set multiset conf' -l secret -d 'Mark the values as secret'
__pm2ctl_option 'set multiset conf' -l typed -d 'Read the values as JSON: numbers, true, lists'
__pm2ctl_option 'get conf env' -l show-secrets -d 'Show secret values too'
__pm2ctl_option 'logs' -s n -l lines -x -d 'Show the last N lines'
__pm2ctl_option 'logs' -s S -l since -x -d 'Show what is not older'
__pm2ctl_option 'logs' -s U -l until -x -d 'Show what is not newer'
__pm2ctl_option 'logs' -s p -l priority -x -a 'emerg alert crit err warning notice info debug' -d 'Show this priority and above'
__pm2ctl_option 'logs' -s g -l grep -x -d 'Show messages that match'
__pm2ctl_option 'logs' -s r -l reverse -d 'Show the newest first, and exit'
__pm2ctl_option 'logs' -s o -l output -x -a 'short short-iso short-precise cat verbose json json-pretty' -d 'Print entries in this format of journalctl'
__pm2ctl_option 'logs' -l nostream -d 'Exit after the last line instead of following'
__pm2ctl_option 'trigger' -l timeout -x -d 'Limit the time for answers'
__pm2ctl_option 'publish' -l tag -x -d "Publish with this dist-tag instead of 'latest'"
__pm2ctl_option 'publish' -l access -x -a 'public restricted' -d 'Publish as public or restricted'
__pm2ctl_option 'publish' -l otp -x -d 'One-time password for the registry'
__pm2ctl_option 'package publish' -l dry-run -d 'Do not write or publish anything'

complete -c pm2ctl -n "__pm2ctl_verb_is $__pm2ctl_aliases_install" -F
for verb in check package publish
    set -l names __pm2ctl_aliases_$verb
    complete -c pm2ctl -n "__pm2ctl_verb_is $$names" -F
end
complete -c pm2ctl -n "__pm2ctl_verb_is $__pm2ctl_aliases_uninstall" -a . -d 'The module linked from here'
for verb in update outdated rollback uninstall show start stop restart enable disable status logs
    set -l names __pm2ctl_aliases_$verb
    complete -c pm2ctl -n "__pm2ctl_verb_is $$names" -a '(__pm2ctl_complete modules)' -d Module
    contains $verb rollback status logs
    or complete -c pm2ctl -n "__pm2ctl_verb_is $$names" -a all -d 'Every module'
end
complete -c pm2ctl -n "__pm2ctl_word_is 1 0 $__pm2ctl_aliases_trigger" -a '(__pm2ctl_complete modules; echo all)'
complete -c pm2ctl -n "__pm2ctl_word_is 2 0 $__pm2ctl_aliases_trigger" -a '(__pm2ctl_complete actions -- (__pm2ctl_words)[2])' -d Action
complete -c pm2ctl -n "__pm2ctl_word_is 1 0 $__pm2ctl_aliases_env" -a '(__pm2ctl_complete modules)' -d Module
complete -c pm2ctl -n "__pm2ctl_word_is 1 0 $__pm2ctl_aliases_cache" -a clean
complete -c pm2ctl -n "__pm2ctl_word_is 1 2 $__pm2ctl_aliases_set" -a '(__pm2ctl_complete keys)' -d Key
for verb in get conf
    set -l names __pm2ctl_aliases_$verb
    complete -c pm2ctl -n "__pm2ctl_word_is 1 0 $$names" -a '(__pm2ctl_complete modules; __pm2ctl_complete keys; echo all)'
end
complete -c pm2ctl -n "__pm2ctl_verb_is $__pm2ctl_aliases_unset" -a '(__pm2ctl_complete modules; __pm2ctl_complete keys; echo all)'
