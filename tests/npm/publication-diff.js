// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Publishes packages with npm and with pm2-fetch to a server that keeps what it is sent, and compares the versions'
// documents. publication-diff.js PM2-FETCH NPM: the program, and the folder of npm. TAP.
'use strict';

const fs = require('fs');
const path = require('path');
const { base, ok, done, fresh, run, serve, npmrc, npmrcFiles } = require('./lib.js');

const [program, npm] = process.argv.slice(2);

// Only npm says these, and what they say is about itself.
const about = ['_npmVersion', '_nodeVersion', '_integrity', '_resolved', '_from'];

const packages = {
        plain: {},
        shortcut: { repository: 'github:user/repo' },
        bare: { repository: 'user/repo', homepage: 'https://example.org/x' },
        branch: { repository: 'github:user/repo#dev' },
        https: { repository: { type: 'git', url: 'https://github.com/user/repo' } },
        git: { repository: { type: 'git', url: 'git://github.com/user/repo.git', directory: 'x' } },
        ssh: { repository: 'git@github.com:user/repo.git' },
        gitlab: { repository: 'gitlab:group/sub/repo' },
        bitbucket: { repository: 'bitbucket:user/repo#v1', bugs: 'http://bugs.example.org/' },
        gist: { repository: 'gist:11081aaa281' },
        elsewhere: { repository: 'https://git.example.org/x.git' },
        people: { author: 'Joe <j@x.org> (http://x.org)', contributors: ['A <a@b.c>', 'B', { name: 'C', mail: 'c@d.e', web: 'http://c' }, '(http://only)'],
                maintainers: ['D D <d@e.f>'] },
        author: { author: { name: 'Joe', email: 'j@x.org', twitter: 'joe' } },
        keywords: { keywords: 'a, b c,d' },
        'keyword-list': { keywords: ['a', 1, '', 'b'] },
        'keyword-number': { keywords: 5 },
        'bugs-email': { bugs: 'me@example.org' },
        'bugs-object': { bugs: { url: 'http://x/bugs', email: 'me@example.org', other: 1 } },
        'bugs-odd': { bugs: { url: 'nowhere' } },
        'bugs-none': { bugs: {}, repository: 'user/repo' },
        homepage: { homepage: 'example.org/x' },
        'homepage-odd': { homepage: 5 },
        man: { man: './man/x.1' },
        'man-list': { man: ['man/x.1', 5, './man/y.1'] },
        nulls: { dependencies: null, keywords: null, bugs: null },
        dependencies: { dependencies: { a: '^1', b: 'user/repo', d: 'https://github.com/user/repo#v1', e: 'github:user/repo#semver:^1' },
                devDependencies: { x: 'git@github.com:user/repo.git' }, optionalDependencies: { o: 'user/repo' }, peerDependencies: { p: '*' } },
        scripts: { scripts: { test: './node_modules/.bin/jest x', lint: 'node_modules/.bin/eslint', n: 5, keep: 'echo node_modules/.bin/x' } },
        modules: { modules: ['x'] },
        bin: { bin: './i.js' },
        directories: { directories: { bin: './bin' } },
        private: { private: false, license: 'MIT', engines: { node: '>=1' }, funding: 'https://x', type: 'module', exports: { '.': './i.js' } },
};

async function sent(publish) {
        let body;
        const server = await serve((request, response) => {
                const parts = [];
                request.on('data', (data) => parts.push(data)).on('end', () => {
                        if (request.method === 'PUT')
                                body = JSON.parse(Buffer.concat(parts));
                        response.writeHead(request.method === 'PUT' ? 201 : 404, { 'content-type': 'application/json' }).end('{}');
                });
        });
        const result = await publish(`registry=${server.url}\n//${server.host}/:_authToken=token\n`);
        server.close();
        if (!body)
                return result;
        const manifest = Object.values(body.versions)[0];
        about.forEach((key) => delete manifest[key]);
        manifest.dist = Object.keys(manifest.dist).sort();
        return manifest;
}

const sorted = (value) => (value && typeof value === 'object' && !Array.isArray(value) ?
        Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])) : Array.isArray(value) ? value.map(sorted) : value);

(async () => {
        for (const [name, fields] of Object.entries(packages)) {
                const folder = fresh('package');
                fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: `made-${name}`, version: '1.0.0', description: 'd', main: 'i.js', ...fields }));
                fs.writeFileSync(path.join(folder, 'i.js'), '#!/usr/bin/env node\n');
                fs.writeFileSync(path.join(folder, 'README.md'), '# hi\n');
                if (fields.directories) {
                        fs.mkdirSync(path.join(folder, 'bin/sub'), { recursive: true });
                        fs.writeFileSync(path.join(folder, 'bin/one'), '#!/bin/sh\n');
                        fs.writeFileSync(path.join(folder, 'bin/sub/two'), '#!/bin/sh\n');
                }
                const theirs = sorted(await sent((rc) => run('node', [path.join(npm, 'bin/npm-cli.js'), 'publish', '--ignore-scripts', '--cache', path.join(base, 'cache')],
                        { cwd: folder, env: { HOME: base, NPM_CONFIG_USERCONFIG: npmrc(rc) } })));
                const ours = sorted(await sent((rc) => run(program, ['publish'], { input: JSON.stringify({ folder, npmrc: npmrcFiles([rc]), ignore_scripts: true }) })));
                if (fields.directories) // a directory is no command, though npm lists it as one
                        delete theirs.bin.sub;
                const differ = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].filter((key) => JSON.stringify(theirs[key]) !== JSON.stringify(ours[key]));
                ok(theirs.name && differ.length === 0, `${name}: what npm sends`, differ.map((key) => [key, theirs[key], ours[key]]));
        }
        done();
})();
