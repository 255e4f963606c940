#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The completions in real, interactive shells: keys, actions and modules are a stranger's words. TAB behind the beginning
of one runs nothing, and after RETURN pm2ctl's arguments are that very word, however the beginning was quoted. TAP."""

import fcntl
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

top = os.path.abspath(os.environ.get('top_srcdir') or os.path.dirname(sys.argv[0]) + '/../..')
real = os.path.join(os.path.abspath(os.environ.get('top_builddir', '.')), 'pm2ctl')
completion = top + '/contrib/completion'
tmp = os.path.realpath(tempfile.mkdtemp())
canaries, argv_file, prompts = tmp + '/canaries', tmp + '/argv', tmp + '/prompts'
PATIENCE = float(os.environ.get('PATIENCE', 60))  # seconds that a busy machine may take for anything
n = failed = 0


def ok(good, name, *notes):
    global n, failed
    n += 1
    failed |= not good
    print('ok' if good else 'not ok', n, '-', name.replace('#', '\\#').replace('\n', '\\n'), flush=True)
    if not good:
        for note in notes:
            print('#', str(note)[-3000:].replace('\n', '\n# '), flush=True)


bite = f'touch${{IFS}}{canaries}/'
# each begins in its own way, since TAB completes what is the only one
KEYS = [
    f'$({bite}substitution)', f'`{bite}backticks`', f';{bite}semicolon;', f'&{bite}ampersand&', f'|{bite}pipe', f'>{canaries}/redirected',
    f'<({bite}process)', f'\nx;{bite}newline\n', f'a$({bite}inner)z', f'b`{bite}inner`', f"c';{bite}single;'", f'd";{bite}double;"',
    'e blanks  in it ', 'f*', 'g?[a-z]*', '*', '?', '[ab]', '~', '~root', 'h~x', '{a,b}', 'i{1..3}', '!!', 'j!k', 'k\\', 'l\\\\m', '\\',
    'm#n', '#', 'n=$HOME', '=ls', 'o:p', '-q', '--version', 'r-', 'schlüssel ключ', 'é', "t''", 'u""', '^v^w', '%1', 'w%x', "x$'y'",
    '(y)', 'z\x1b[31m', "'", '"', '$', "A'$(x)'B", 'C"`x`"D', '@E', ',F',
]
PAIRS = [('0a$b', '0a;c'), ('1a b', '1a`c'), ("2a'b", '2a"c'), ('3a!b', '3a$c')]  # the same up to there
ACTIONS = [f'$({bite}action)', f'`{bite}action`', 'disk usage', "it's", 'say "hi"', f'x;{bite}action', '-v', 'glob*', 'multi\nline', 'p:q']
GLOBAL = ['-5 left', '$(x)', '~y', 'plain']


def is_line(word):
    return all(' ' <= c != '\x7f' for c in word)


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    os.chmod(path, mode)


def prepare():
    home = tmp + '/home'
    release = f'{home}/.local/state/pm2ctl/modules/evil/releases/1.0.0-1'
    config = {k: 'x' for k in KEYS} | {k: 'x' for pair in PAIRS for k in pair}
    write(f'{release}/node_modules/evil/package.json',
          json.dumps({'name': 'evil', 'version': '1.0.0', 'config': config,
                      'apps': [{'name': 'one', 'script': 'a.js'}, {'name': 'two', 'script': 'a.js'}]}))
    write(f'{release}/module.json', json.dumps({'format': 1, 'name': 'evil', 'version': '1.0.0', 'installed': 1, 'pm_id': 0}))
    os.symlink('releases/1.0.0-1', f'{release}/../../current')
    write(f'{home}/.local/state/pm2ctl/axm/evil.json',
          json.dumps({'version': 1, 'actions': [{'action_name': a} for a in ACTIONS]}))
    # candidates come from the program, and what a line runs is noted
    write(f'{tmp}/bin/pm2ctl', f'''#!/bin/bash
[ "$1" != complete ] || exec {real} --user "$@" 2>>{tmp}/errors
printf '%s\\0' "$@" >{argv_file}.new
mv {argv_file}.new {argv_file}
''', 0o755)
    os.mkdir(canaries)
    os.environ.update({'HOME': home, 'PATH': f"{tmp}/bin:{os.environ['PATH']}", 'TERM': 'xterm', 'LC_ALL': 'C.UTF-8',
                       'XDG_RUNTIME_DIR': tmp, 'ZDOTDIR': tmp + '/zsh', 'HISTFILE': '/dev/null'})
    for name in ('XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'DBUS_SESSION_BUS_ADDRESS'):
        os.environ.pop(name, None)
    for key in GLOBAL:
        subprocess.run([real, '--user', '-q', 'set', '--', key, 'x'], check=True, stdin=subprocess.DEVNULL)
    write(tmp + '/bashrc', f"PS1='@ '\nHISTFILE=\nbind 'set completion-query-items -1'\nPROMPT_COMMAND='echo >>{prompts}'\n"
                           f'. {completion}/bash/pm2ctl\n')
    write(tmp + '/zsh/.zshrc', f"PS1='@ '\nunsetopt BEEP\nfpath=({completion}/zsh $fpath)\nautoload -U compinit\ncompinit -u -D\n"
                               f'precmd() {{ echo >>{prompts} }}\n')
    write(tmp + '/fish.fish', f'set -g fish_greeting\nfunction fish_prompt; echo -n "@ "; end\n'
                              f'function noted --on-event fish_prompt; echo >>{prompts}; end\nsource {completion}/fish/pm2ctl.fish\n')


COMMANDS = {
    'bash': ['bash', '--noprofile', '--rcfile', tmp + '/bashrc', '-i'],
    'zsh': ['zsh', '-d', '-i'],
    'fish': ['fish', '--no-config', '-i', '-C', f'source {tmp}/fish.fish'],
}


class Shell:
    """One on a terminal of its own."""

    def __init__(self, name):
        self.seen, self.prompts = b'', 0
        open(prompts, 'w').close()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 200, 250, 0, 0))  # the lists are long
            os.chdir(tmp)
            os.execvp(COMMANDS[name][0], COMMANDS[name])
        threading.Thread(target=self.drain, daemon=True).start()
        self.wait_prompt()

    def drain(self):
        while True:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            # newer versions of fish ask what the terminal is before they prompt
            if b'\x1b[c' in data or b'\x1b[0c' in data:
                os.write(self.fd, b'\x1b[?6c')
            self.seen += data

    def wait(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def wait_prompt(self):
        came = self.wait(lambda: os.path.getsize(prompts) > self.prompts)
        self.prompts = os.path.getsize(prompts)
        return came

    def type(self, keys):
        """What the command was that a line ran: its words; None if it ran none."""
        self.seen = b''
        if os.path.exists(argv_file):
            os.unlink(argv_file)
        os.write(self.fd, keys.encode() + b'\r')
        came = self.wait(lambda: os.path.exists(argv_file) or os.path.getsize(prompts) > self.prompts)
        if not came:
            os.write(self.fd, b'\x03')
        self.wait_prompt()
        if not os.path.exists(argv_file):
            return None
        with open(argv_file, encoding='utf-8') as f:
            return f.read().split('\0')[:-1]

    def close(self):
        os.close(self.fd)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


def backslashes(text):
    return ''.join(c if c.isalnum() or c in '_.,/:@%+-' or ord(c) > 127 else '\\' + c for c in text)


def quoted(text, quote, shell):
    """As a person begins to type it, the quote left open; None where it cannot be."""
    if not quote:
        return backslashes(text)
    special = {"'": "'" + ('\\' if shell == 'fish' else ''), '"': '"\\$' + ('' if shell == 'fish' else '`!')}[quote]
    if quote == "'" and any(c in special for c in text) or quote == '"' and '!' in text and shell != 'fish':
        return None
    return quote + ''.join('\\' + c if c in special else c for c in text)


def beginning(word, words):
    """As much of it as no other begins with, or all of it."""
    for i in range(1, len(word) + 1):
        if not any(w != word and w.startswith(word[:i]) for w in words):
            return word[:i]
    return word


def offered(*words):
    r = subprocess.run([real, '--user', 'complete', *words], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=True)
    return r.stdout.split('\n')[:-1]


def check(shell, name, line, want):
    got = shell.type(line)
    bitten = os.listdir(canaries)
    ok(got == want and not bitten, name, f'typed  {line!r}', f'want   {want!r}', f'got    {got!r}', f'ran    {bitten}',
       f'screen {shell.seen!r}')
    for canary in bitten:
        os.unlink(f'{canaries}/{canary}')


def complete_all(shell, name, command, words, others=()):
    """Each word, begun in each way of quoting."""
    for word in words:
        typed = beginning(word, [*words, *others])
        for quote, how in (('', 'backslashes'), ("'", 'single quotes'), ('"', 'double quotes')):
            start = quoted(typed, quote, name)
            if start is None:
                continue
            # others begin with it, so TAB does not close the quote; nor does fish where more could follow, as behind a
            # slash; and to fish a question mark stands for any character, quoted or not
            if quote and (typed in [w[:len(typed)] for w in [*words, *others] if w != word] or name == 'fish' and typed.endswith('?')):
                continue
            end = quote if name == 'fish' and word.endswith('-') else ''
            check(shell, f'{name}: {command} {word} in {how}', f'pm2ctl {command} {start}\t{end}', [*command.split(), word])


def test(name):
    if not shutil.which(name):
        global n
        n += 1
        print(f'ok {n} - {name} completes # SKIP there is no {name}', flush=True)
        return
    shell = Shell(name)
    keys = offered('keys')
    # without -- those that begin with a dash are options, and not offered
    alone = [k for k in keys if k[0] != '-' and not any(k in ('evil:' + a, 'evil:' + b) for a, b in PAIRS)]

    check(shell, f'{name}: all keys are shown', 'pm2ctl get evil:\t\t\x15pm2ctl list', ['list'])
    check(shell, f'{name}: and all words', 'pm2ctl conf \t\t\x15pm2ctl list', ['list'])
    complete_all(shell, name, 'get', alone, [*keys, *offered('modules')])
    for a, b in PAIRS:
        for word in a, b:
            at = len(os.path.commonprefix((a, b)))
            # zsh puts the backslash there that both have in common
            rest = word[at] if name == 'zsh' else backslashes(word[at])
            check(shell, f'{name}: get evil:{word}, of two', f'pm2ctl get evil:{a[0]}\t{rest}\t', ['get', 'evil:' + word])
    complete_all(shell, name, 'get --', [k for k in keys if k.startswith('-')], keys)
    complete_all(shell, name, 'set a b', ['evil:' + KEYS[0], 'evil:' + KEYS[11]], keys)
    complete_all(shell, name, 'trigger evil', [a for a in offered('actions', 'evil') if a[0] != '-'])
    complete_all(shell, name, 'trigger pm2@evil.service', ['disk usage'], offered('actions', 'evil'))
    complete_all(shell, name, 'start', ['pm2@evil@two.service'], offered('modules'))
    if name != 'fish':  # which looks within the words, too
        check(shell, f'{name}: what begins with a dash is not offered as a word', 'pm2ctl get -5\t', ['get', '-5'])
    check(shell, f'{name}: an expansion is left alone', f'pm2ctl get $({bite}typed\t\x15pm2ctl list', ['list'])
    shell.close()


prepare()
lines = offered('keys')
want = {'evil:' + (k if ':' not in k and not k.startswith('"') else '"' + k.replace('"', '""') + '"')
        for k in [*KEYS, *(k for pair in PAIRS for k in pair)] if is_line(k)} | set(GLOBAL) | {'evil:' + k for k in GLOBAL}
ok(set(lines) == want, 'every key is offered that is one line', f'more: {set(lines) - want}', f'less: {want - set(lines)}')
ok(offered('actions', 'evil') == [a for a in ACTIONS if is_line(a)], 'so is every action', offered('actions', 'evil'))
ok(offered('modules') == ['evil', 'pm2@evil.service', 'pm2@evil@two.service'], 'and modules with their units', offered('modules'))
for name in COMMANDS:
    test(name)
if os.path.exists(tmp + '/errors'):
    print('# ' + open(tmp + '/errors').read().replace('\n', '\n# '))
print(f'1..{n}', flush=True)
shutil.rmtree(tmp)
os._exit(failed)
