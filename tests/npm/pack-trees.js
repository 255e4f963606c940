// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Folders of packages, to pack: each a list of [path, content], where content may be { mode, text } or { link }.
'use strict';

const fs = require('fs');
const path = require('path');

const P = (o) => ['package.json', JSON.stringify({ name: 'tree', version: '1.0.0', ...o })];
const files = (...names) => names.map((name) => [name, name]);
const modules = (...list) => list.flatMap(([where, o, ...more]) => [
        [`node_modules/${where}/package.json`, JSON.stringify({ name: where.replace(/.*node_modules\//, ''), version: '1.0.0', ...o })],
        ...more.map((file) => [`node_modules/${where}/${file}`, file])]);
const usual = files('index.js', 'lib/a.js', 'lib/deep/b.js', 'test/t.js', 'README.md', 'LICENSE', 'docs/x.md', '.hidden', 'lib/.dot', 'notes.orig', 'a.swp', '.a.swp');

const trees = {
        'no rules': [P({}), ...usual],
        'what is always out': [P({}), ...usual, ...files('.git/HEAD', '.git/objects/a', '.svn/x', 'CVS/Root', 'lib/CVS/Root', '.hg/x', '.DS_Store', 'lib/.DS_Store', '._a', 'lib/._b', 'npm-debug.log',
                'lib/npm-debug.log', '.npmrc', 'lib/.npmrc', '.lock-wscript', '.wafpickle-7', 'build/config.gypi', 'lib/build/config.gypi', 'package-lock.json', 'lib/package-lock.json', 'yarn.lock',
                'pnpm-lock.yaml', 'bun.lockb', 'npm-shrinkwrap.json', 'node_modules/x/index.js', 'lib/node_modules/y/index.js', 'archived-packages/a', 'a~', '.editorconfig', '.npmignore-not')],
        'what is always in': [P({ files: [] }), ...usual, ...files('readme', 'README.txt', 'readme.md~', 'README$', 'COPYING', 'copying.txt', 'LICENCE', 'License.md', 'lib/README.md', 'CHANGELOG.md', 'NOTICE', 'HISTORY')],
        'a folder of files': [P({ files: ['lib'] }), ...usual],
        'with a slash': [P({ files: ['lib/'] }), ...usual],
        'with a slash before': [P({ files: ['/lib'] }), ...usual],
        'with a dot before': [P({ files: ['./lib', './index.js'] }), ...usual],
        'one level': [P({ files: ['lib/*'] }), ...usual],
        'all levels': [P({ files: ['lib/**'] }), ...usual],
        'a pattern': [P({ files: ['**/*.js'] }), ...usual],
        'a pattern of one name': [P({ files: ['*.js'] }), ...usual],
        'braces': [P({ files: ['{lib,docs}/**/*.{js,md}'] }), ...usual],
        'files and what not': [P({ files: ['lib', '!lib/deep'] }), ...usual],
        'files and a file not': [P({ files: ['lib', '!lib/a.js'] }), ...usual],
        'a file that is not and is': [P({ files: ['index.js', '!index.js', 'lib/a.js'] }), ...usual],
        'a file deep down': [P({ files: ['lib/deep/b.js'] }), ...usual],
        'a file against its own ignore file': [P({ files: ['lib/a.js', 'lib/deep/b.js'] }), ...usual, ['lib/.npmignore', '*.js\n'], ['lib/deep/.npmignore', 'b.js\n']],
        'files that are not there': [P({ files: ['dist', 'nothing.js'] }), ...usual],
        'everything by name': [P({ files: ['*'] }), ...usual, ...files('.git/HEAD', 'package-lock.json', 'node_modules/x/a.js')],
        'everything by stars': [P({ files: ['**'] }), ...usual],
        'the folder itself': [P({ files: ['.'] }), ...usual],
        'the folder itself with a slash': [P({ files: ['./'] }), ...usual],
        'files that can never be': [P({ files: ['package-lock.json', '.npmrc', '.git', 'node_modules', 'yarn.lock'] }), ...usual, ...files('package-lock.json', '.npmrc', '.git/HEAD', 'node_modules/a/b.js', 'yarn.lock')],
        'npmignore': [P({}), ...usual, ['.npmignore', 'test\n*.md\n']],
        'gitignore': [P({}), ...usual, ['.gitignore', 'test/\n/lib/deep\n']],
        'npmignore before gitignore': [P({}), ...usual, ['.npmignore', 'docs\n'], ['.gitignore', 'lib\n']],
        'files before npmignore': [P({ files: ['lib'] }), ...usual, ['.npmignore', 'lib\n']],
        'npmignore below files': [P({ files: ['lib'] }), ...usual, ['lib/.npmignore', 'deep\n']],
        'gitignore below files': [P({ files: ['lib'] }), ...usual, ['lib/.gitignore', '*.js\n!a.js\n']],
        'an empty npmignore': [P({}), ...usual, ['.npmignore', ''], ['.gitignore', 'lib\n']],
        'comments, blanks and line ends': [P({}), ...usual, ['.npmignore', '# lib\r\n\r\n  test  \r\n\\#x\n   \n']],
        'negation': [P({}), ...usual, ['.npmignore', 'lib/**\n!lib/deep/b.js\n*.md\n!docs/x.md\n']],
        'all but': [P({}), ...usual, ['.npmignore', '*\n!lib\n!lib/**\n!index.js\n']],
        'all but, without the folder': [P({}), ...usual, ['.npmignore', '*\n!lib/a.js\n']],
        'nested ignore files': [P({}), ...usual, ['.npmignore', '*.md\n'], ['docs/.npmignore', '!x.md\n'], ['lib/.gitignore', '.dot\n'], ['lib/deep/.npmignore', '*\n']],
        'main and its folder out': [P({ main: 'lib/a.js' }), ...usual, ['.npmignore', 'lib\n']],
        'main out': [P({ main: 'index.js' }), ...usual, ['.npmignore', 'index.js\n']],
        'main with a dot': [P({ main: './index.js' }), ...usual, ['.npmignore', 'index.js\n']],
        'main, browser and bin': [P({ files: ['docs'], main: 'index.js', browser: 'lib/a.js', bin: { x: './lib/deep/b.js' } }), ...usual],
        'browser as an object': [P({ files: ['docs'], browser: { a: 'b' } }), ...usual, ...files('o', 'b', 'x')],
        'bin as a string': [P({ files: [], bin: './bin/run' }), ['bin/run', { text: '#!/usr/bin/env node\n', mode: 0o644 }], ['bin/other', '']],
        'bin as a list': [P({ files: [], bin: ['./bin/run'] }), ['bin/run', ''], ['bin/other', '']],
        'a bin folder': [P({ files: [], directories: { bin: 'bin' } }), ['bin/run', ''], ['bin/other', '']],
        'modes': [P({}), ['a.sh', { text: '#!/bin/sh\n', mode: 0o755 }], ['b.txt', { text: 'b', mode: 0o600 }], ['c', { text: '', mode: 0o777 }], ['d', { text: '', mode: 0o664 }]],
        'links': [P({ files: ['lib', 'link.js', 'linked'] }), ...usual, ['link.js', { link: 'index.js' }], ['linked', { link: 'lib' }], ['lib/out', { link: '/etc' }]],
        'names': [P({}), ...files('a b.js', 'a*b', 'x?', 'x[y]', '{z}', '\u00e9/\u00fc.js', 'Caps.JS', 'back\\slash', '@at/x', '-dash', '..dots', 'a,b', "quote'", 'q"q')],
        'capitals': [P({ files: ['LIB'] }), ...usual, ['.npmignore', 'INDEX.JS\n']],
        'capitals in ignore files': [P({}), ...usual, ['.npmignore', 'LIB\n*.MD\n']],
        'empty folders and files': [P({}), ['empty/', null], ['e.js', ''], ['lib/empty/', null]],
        'long names': [P({}), [`${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(120)}.js`, 'x'], [`${'g'.repeat(150)}.js`, 'y']],
        'workspaces': [P({ workspaces: ['packages/*'] }), ...usual, ['packages/a/package.json', '{ "name": "a", "version": "1.0.0" }'], ...files('packages/a/index.js'), ['lib/package.json', '{\n"x": 1\n}\n']],
        'bundled': [P({ dependencies: { a: '1', c: '1' }, bundleDependencies: ['a'] }), ...usual,
                ...modules(['a', { dependencies: { b: '1' } }, 'index.js', 'test/x.js'], ['b', {}, 'index.js'], ['c', {}, 'index.js'])],
        'bundled, spelled otherwise': [P({ dependencies: { a: '1' }, bundledDependencies: ['a'] }), ...modules(['a', {}, 'index.js'])],
        'all bundled': [P({ dependencies: { a: '1', '@s/c': '1' }, bundleDependencies: true }), ...modules(['a', {}, 'index.js'], ['@s/c', {}, 'index.js'], ['d', {}, 'index.js'])],
        'bundled with rules of its own': [P({ dependencies: { a: '1' }, bundleDependencies: ['a'] }), ...modules(['a', { files: ['lib'], main: 'm.js' }, 'lib/x.js', 'out.js', 'm.js', 'README.md', '.npmignore', 'lib/.npmignore', '.npmrc', 'package-lock.json'])],
        'bundled, below and beside': [P({ files: ['index.js'], dependencies: { a: '1' }, bundleDependencies: ['a'] }), ...usual,
                ...modules(['a', { dependencies: { b: '2', c: '1' }, optionalDependencies: { o: '1', gone: '1' }, devDependencies: { dev: '1' }, peerDependencies: { p: '1' } }, 'index.js'],
                        ['a/node_modules/b', { version: '2.0.0' }, 'index.js'], ['b', {}, 'index.js'], ['c', { dependencies: { a: '1' } }, 'index.js'], ['o', {}, 'o.js'], ['dev', {}, 'd.js'], ['p', {}, 'p.js'])],
        'bundled but not needed': [P({ devDependencies: { a: '1' }, bundleDependencies: ['a', 'b'] }), ...modules(['a', {}, 'index.js'], ['b', {}, 'index.js'])],
        'bundled by a link': [P({ dependencies: { a: '1' }, bundleDependencies: ['a'] }), ['packages/a/package.json', '{ "name": "a", "version": "1.0.0" }'], ...files('packages/a/index.js', 'packages/a/test/t.js'),
                ['packages/a/.npmignore', 'test\n'], ['node_modules/a', { link: '../packages/a' }]],
};

function lay(folder, tree) {
        for (const [name, content] of tree) {
                const file = path.join(folder, name);
                fs.mkdirSync(name.endsWith('/') ? file : path.dirname(file), { recursive: true });
                if (content === null)
                        continue;
                const { link, text, mode } = typeof content === 'string' ? { text: content } : content;
                if (link)
                        fs.symlinkSync(link, file);
                else
                        fs.writeFileSync(file, text);
                if (mode !== undefined)
                        fs.chmodSync(file, mode);
        }
}

// The same at random: `pick`, `chance` decide.
function random({ pick, chance }) {
        const folders = ['', 'lib/', 'lib/deep/', 'test/', '.dot/', 'docs/', 'node_modules/x/', 'Lib2/'];
        const names = ['index.js', 'a.js', 'b.JS', 'readme.md', '.hidden', 'x.orig', 'data.json', 'LICENSE.txt', 'test', 'main', 'a b', 'index.d.ts'];
        const rules = ['*', '*.js', '!*.js', 'lib', '/lib', 'lib/', 'lib/**', '!lib/**', '**/deep', '!**/deep', 'test', 'a.js', '/a.js', '!a.js', '!/a.js', 'lib/*', '!lib/*', '.*', '!.*', '*.md', '{lib,docs}/*.js',
                '[a-c].js', '!lib/deep/a.js', '!lib', '**', '!**', '**/*.json', 'docs/**/index.js', '?.js', 'lib/deep', '!lib/deep', '# no', '*.d.ts', '!(a).js', 'Lib*'];
        const lines = () => Array.from({ length: pick([1, 2, 3, 4]) }, () => pick(rules)).join('\n');
        const tree = new Map();
        for (let i = 0; i < 25; i++)
                tree.set(pick(folders) + pick(names), 'x');
        for (const [k] of tree)
                if ([...tree.keys()].some((other) => other.startsWith(`${k}/`)))
                        tree.delete(k);
        for (const folder of ['', 'lib/', 'lib/deep/', 'docs/'])
                for (const name of ['.npmignore', '.gitignore'])
                        if (chance(20))
                                tree.set(folder + name, lines());
        return [P({ ...(chance(50) && { files: lines().split('\n') }), ...(chance(30) && { main: pick(['index.js', './a.js', 'lib', 'lib/index.js', 'nothing']) }),
                ...(chance(20) && { bin: pick(['lib/a.js', { x: './test/index.js' }]) }) }), ...tree];
}

module.exports = { trees, lay, random };
