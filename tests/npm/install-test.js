// SPDX-License-Identifier: LGPL-2.1-or-later
//
// pm2-fetch as pm2ctl runs it: a request in, a tree and one line of JSON out. The registry is on loopback.
// install-test.js PM2-FETCH [PATTERN]. TAP.
'use strict';

const { execFileSync, spawn } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { base, ok, runTests, fresh, run, serve, ...lib } = require('./lib.js');
const { pack, registry, sri } = require('./packages.js');
const tar = require('./tar.js');

const [program, pattern = ''] = process.argv.slice(2);
const install = (spec, options) => lib.install(program, spec, options);
const tests = {};

const refused = (result, pattern) => pattern.test(result.answer.error || '') && result.out.split('\n').length === 2;
const locked = (tree) => JSON.parse(fs.readFileSync(path.join(tree, 'package-lock.json'))).packages;
const listing = (tree) => Object.keys(locked(tree)).filter(Boolean).sort().join(' ');
const list = (tree) => execFileSync('node', [path.join(__dirname, 'tree-list.js'), tree], { encoding: 'utf8' });
const there = (tree, ...names) => names.every((name) => fs.existsSync(path.join(tree, 'node_modules', name)));
const npmAccepts = (tree) => {
        try {
                execFileSync('npm', ['ls', '--all'], { cwd: tree, stdio: 'pipe', env: { PATH: process.env.PATH, HOME: base } });
                return true;
        } catch (error) {
                return String(error.stdout) + error.stderr;
        }
};

// Where npm puts what, asked of the same registry.
const byNpm = async (spec, server, ...more) => {
        const dir = fresh('npm');
        fs.writeFileSync(path.join(dir, 'package.json'), '{}');
        const result = await run('npm', ['install', '--prefix', dir, '--registry', server.url, '--cache', path.join(base, 'npm-cache'), '--prefer-online',
                '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', ...more, spec], { env: { HOME: base, npm_config_fetch_retries: '0' } });
        return result.status === 0 ? { listing: listing(dir), list: list(dir), dir, err: result.err } : { listing: result.err };
};

tests.trees = async () => {
        const packages = {
                top: { '1.0.0': { dependencies: { a: '^1.0.0', '@s/b': '*' }, bin: { top: 'cli.js', gone: 'missing.js', '../up': './cli.js' },
                        _files: { 'cli.js': tar.file('package/cli.js', '#!/usr/bin/env node\r\nconsole.log("hello")\r\n') } } },
                a: { '1.0.0': {}, '1.2.0': { dependencies: { c: '1' } }, '2.0.0': {} },
                '@s/b': { '1.0.0': { dependencies: { a: '2', c: '2' }, bin: './b.js', _files: { 'b.js': '#!/bin/sh\n' } } },
                c: { '1.0.0': {}, '2.0.0': { dependencies: { top: '1' } } },
        };
        const server = await registry(packages);
        let result = await install('top', { server });
        const { tree, answer } = result;
        ok(result.status === 0 && answer.name === 'top' && answer.version === '1.0.0' && answer.packages === 6 && answer.scripts === false &&
                /^sha512-/.test(answer.integrity) && answer.source === `${server.url}top/-/top-1.0.0.tgz`, 'a tree', result);
        const { listing: wanted } = await byNpm('top', server);
        ok(listing(tree) === wanted, 'is laid out as npm does', [listing(tree), wanted]);
        ok(npmAccepts(tree) === true, 'npm ls --all', npmAccepts(tree));
        ok(fs.readdirSync(tree).sort().join() === 'node_modules,package-lock.json,package.json', 'nothing else is in it', fs.readdirSync(tree));
        const bin = path.join(tree, 'node_modules/.bin');
        ok(fs.readdirSync(bin).sort().join() === 'b,top,up' && fs.readlinkSync(path.join(bin, 'top')) === '../top/cli.js' &&
                fs.readlinkSync(path.join(bin, 'b')) === '../@s/b/b.js', 'commands are linked', fs.readdirSync(bin));
        ok(fs.readFileSync(path.join(bin, 'top'), 'utf8') === '#!/usr/bin/env node\nconsole.log("hello")\r\n' &&
                (fs.statSync(path.join(bin, 'top')).mode & 0o777) === 0o755, 'and can be run');

        result = await install('top@1', { server, cache: result.cache, more: { offline: true } });
        ok(result.status === 0 && result.answer.packages === 6, 'the same offline, from the cache', result);
        server.requests.length = 0;
        result = await install('top@1', { server, cache: result.cache });
        ok(result.status === 0 && server.requests.length <= 1, 'again: at most the module itself is asked about', server.requests.map((q) => q.url));
        packages.top['1.1.0'] = { dependencies: { c: '1' } };
        server.publish('top');
        result = await install('top', { server, cache: result.cache, more: { prefer_offline: true } });
        ok(result.answer.version === '1.0.0', 'prefer_offline does not ask for a newer one', result);
        result = await install('top', { server, cache: result.cache });
        ok(result.answer.version === '1.1.0' && listing(result.tree) === 'node_modules/c node_modules/top' && npmAccepts(result.tree) === true,
                'a newer one is found though the cache\'s copy is still good', result);
        packages.c['3.0.0'] = {};
        packages.top['1.2.0'] = { dependencies: { c: '3' } };
        ['c', 'top'].forEach(server.publish);
        result = await install('top@1.2.0', { server, cache: result.cache });
        ok(result.answer.version === '1.2.0' && locked(result.tree)['node_modules/c'].version === '3.0.0',
                'so is one of a dependency, and one that is asked for by number', result);
        result = await install('top', { server, more: { offline: true } });
        ok(refused(result, /'top' is not in the cache; drop --offline, or npm's setting 'offline', to download it/), 'offline with an empty cache', result);
        server.close();
};

tests.specs = async () => {
        const remote = pack({ 'package.json': '{"name":"remote","version":"3.0.0"}', 'index.js': '' });
        const server = await registry({
                top: { '1.0.0': {}, '1.5.0': {}, '2.0.0-beta.1': {}, '2.0.0': {} },
                '@s/top': { '1.0.0': {} },
                uses: { '1.0.0': { dependencies: { other: 'npm:top@1.0.0' } } },
                path: { '1.0.0': { dependencies: { other: 'file:../x' } } },
                modules: { '1.0.0': { dependencies: { other: 'file:./node_modules/other' }, _files: { 'node_modules/other/package.json': '{}' } } },
                works: { '1.0.0': { dependencies: { other: 'workspace:^1' } } },
        }, (q, s) => q.url === '/x.tgz' && !s.end(remote).destroyed);
        const version = async (spec, name, wanted, more) => {
                const result = await install(spec, { server, more });
                ok(result.status === 0 && result.answer.name === name && result.answer.version === wanted && there(result.tree, name), spec, result);
                return result;
        };
        await version('top', 'top', '2.0.0');
        await version('top@1.0.0', 'top', '1.0.0');
        await version('top@^1', 'top', '1.5.0');
        await version('top@latest', 'top', '2.0.0');
        await version('@s/top@1', '@s/top', '1.0.0');
        await version('alias@npm:top@1.5', 'alias', '1.5.0');
        await version('uses', 'uses', '1.0.0').then(({ tree }) => ok(locked(tree)['node_modules/other'].name === 'top', 'an alias among the dependencies'));
        const result = await version(`${server.url}x.tgz`, 'remote', '3.0.0', { allow_unverified: true });
        ok(result.answer.source === `${server.url}x.tgz` && result.answer.integrity === sri(remote), 'an address: what came is noted', result.answer);
        const local = await install(undefined, { server, stdin: remote });
        ok(local.status === 0 && local.answer.name === 'remote' && local.answer.integrity === sri(remote) && there(local.tree, 'remote/index.js'),
                'a tarball on standard input', local);
        for (const [spec, expected] of [['nothing', /package 'nothing' at .*no such package/], ['top@9', /top.*9/], ['top@nightly', /top.*nightly/],
                ['../x', /path/], ['/tmp/x', /path/], ['file:x.tgz', /path/], ['', /./], ['Top Secret', /./], ['a/b/c/d', /./], ['path', /path/], ['modules', /path/],
                ['top@workspace:*', /a workspace/], ['works', /'workspace:\^1'.*a workspace/], ['top@link:../x', /a link/], ['top@catalog:', /a catalog/],
                ['jsr:@a/b', /npm:@jsr/]]) {
                const r = await install(spec, { server });
                ok(refused(r, expected), `'${spec}' is refused: ${r.answer.error}`, r);
        }
        const marked = await install(undefined, { server, stdin: pack({ 'package.json': '\uFEFF{"name":"marked","version":"1.0.0","scripts":{"install":"touch ran"}}' }) });
        ok(marked.answer.name === 'marked', 'a package.json that begins with a byte order mark', marked);
        await install(undefined, { mode: 'scripts', tree: marked.tree });
        ok(there(marked.tree, 'marked/ran'), '... whose scripts run');
        let r = await install(undefined, { server, stdin: 'nonsense' });
        ok(refused(r, /tarball: not a valid tar archive/), `no tarball: ${r.answer.error}`, r);
        r = await install(undefined, { server, stdin: pack({ 'index.js': '' }) });
        ok(refused(r, /package\.json/), `a tarball without package.json: ${r.answer.error}`, r);
        r = await install(undefined, { server, stdin: pack({ 'package.json': '{"name":"../x","version":"1.0.0"}' }) });
        ok(refused(r, /name/), `a tarball with an impossible name: ${r.answer.error}`, r);
        server.close();
};

tests['odd packages'] = async () => {
        const hostile = tar.gzip(tar.archive(tar.file('package/package.json', '{}'), tar.file('package/../../../evil', 'x')));
        const server = await registry({
                bundles: { '1.0.0': { dependencies: { inner: '1' }, bundleDependencies: ['inner'],
                        _files: { 'node_modules/inner/package.json': '{"name":"inner","version":"1.0.7","bin":"i.js"}', 'node_modules/inner/i.js': '#!/bin/sh\n' } } },
                wrapped: { '1.0.0': { dependencies: { a: '*' }, _hasShrinkwrap: true, _files: { 'npm-shrinkwrap.json': JSON.stringify({ name: 'wrapped',
                        version: '1.0.0', lockfileVersion: 2, packages: { '': { dependencies: { a: '*' } }, 'node_modules/a': { version: '1.0.0' } } }) } } },
                a: { '1.0.0': {}, '2.0.0': {} },
                optional: { '1.0.0': { optionalDependencies: { nothing: '1', mac: '1', broken: '1', a: '1' } } },
                mac: { '1.0.0': { os: ['darwin'] } },
                broken: { '1.0.0': { _dist: { integrity: sri('x') } } },
                needs: { '1.0.0': { dependencies: { broken: '1' } } },
                wrong: { '1.0.0': { dependencies: { nothing: '1' } } },
                linux: { '1.0.0': { dependencies: { mac: '1' } } },
                cycle: { '1.0.0': { dependencies: { back: '1' } } },
                back: { '1.0.0': { dependencies: { cycle: '1' } } },
                peers: { '1.0.0': { peerDependencies: { a: '1' } } },
                twice: { '1.0.0': { dependencies: { p: '1', q: '1', a: '2' } } },
                p: { '1.0.0': { dependencies: { a: '1' } } },
                q: { '1.0.0': { dependencies: { a: '1' } } },
                sha1: { '1.0.0': { _dist: { integrity: undefined } } },
                evil: { '1.0.0': { _dist: { integrity: sri(hostile) } } },
                nowhere: { '1.0.0': { _dist: { tarball: undefined } } },
                filed: { '1.0.0': { dependencies: { a: '1' }, _files: { node_modules: 'a file' } } },
                shadowed: { '1.0.0': { dependencies: { a: '1' }, _files: { 'node_modules/a/package.json': '{"name":"a","version":"6.6.6"}' } } },
        }, (q, s) => {
                if (q.url === '/evil/-/evil-1.0.0.tgz')
                        return !s.end(hostile).destroyed;
                return false;
        });
        const tree = async (spec) => {
                const result = await install(spec, { server }), { listing: wanted } = await byNpm(spec, server);
                const good = ok(!result.answer.error && listing(result.tree) === wanted, `${spec}: laid out as npm does`,
                        { ...result, listing: result.answer.error || listing(result.tree), wanted });
                if (good && spec !== 'shadowed')
                        ok(npmAccepts(result.tree) === true, `${spec}: npm ls --all`, npmAccepts(result.tree));
                return result;
        };
        let result = await tree('bundles');
        ok(fs.readlinkSync(path.join(result.tree, 'node_modules/bundles/node_modules/.bin/inner')) === '../inner/i.js', 'commands of what is bundled');
        await tree('wrapped').then((r) => ok(r.status === 0 &&
                locked(r.tree)['node_modules/wrapped/node_modules/a'].version === '1.0.0' && there(r.tree, 'wrapped/node_modules/a/package.json'),
        'npm-shrinkwrap.json is followed'));
        result = await install('optional', { server });
        ok(result.status === 0 && there(result.tree, 'optional', 'a') && !there(result.tree, 'mac') && !there(result.tree, 'broken') && npmAccepts(result.tree) === true,
                'optional dependencies that cannot be had, or do not run here, or fail their check', { ...result, npm: npmAccepts(result.tree) });
        ok(result.answer.notices?.some((text) => /broken@1\.0\.0.*does not match the sha512 hash/.test(text)), 'and one is told about', result.answer);
        await tree('cycle');
        await tree('peers');
        result = await tree('twice');
        ok(there(result.tree, 'p/node_modules/a/package.json', 'q/node_modules/a/package.json'), 'one tarball in two places');
        result = await tree('shadowed');
        ok(result.status === 0, 'what a package has of another name in it', fs.readdirSync(path.join(result.tree, 'node_modules/shadowed')));
        for (const [spec, expected] of [['needs', /broken@1\.0\.0: the tarball does not match the sha512 hash/], ['wrong', /nothing/], ['linux', /mac.*(os|platform|run)/i],
                ['evil', /'package\/\.\.\/\.\.\/\.\.\/evil': the path contains '\.\.'/], ['nowhere', /nowhere.*(tarball|address)/]]) {
                const r = await install(spec, { server });
                ok(refused(r, expected) && !fs.existsSync(path.join(base, 'evil')), `${spec}: ${r.answer.error}`, r);
        }
        result = await install('filed', { server });
        ok(result.status === 0 || refused(result, /node_modules/), `a file called node_modules: ${result.answer.error || 'taken'}`, result);
        server.close();
};

// Packages whose place is not an ordinary one.
tests.places = async () => {
        const server = await registry({
                spare: { '1.0.0': { dependencies: { b: '*' }, optionalDependencies: { a: '*' } } },
                a: { '1.2.3': { optionalDependencies: { c: '2.0.0' } }, '3.0.0': {} },
                b: { '1.2.3': { dependencies: { a: '1', c: '*' } } },
                c: { '2.0.0': {}, '3.0.0': { scripts: { install: 'exit 1' } } },
                meta: { '1.0.0': { dependencies: { e: '1', p: '2' } } },
                e: { '1.0.0': { peerDependencies: { p: '1' }, peerDependenciesMeta: { p: { optional: true } } } },
                p: { '1.0.0': {}, '2.0.0': {} },
                inner: { '1.0.0': { dependencies: { loc: 'file:./lib/loc', '@s/loc': 'file:loc', p: '2' }, optionalDependencies: { none: 'file:./none' }, scripts: { install: 'touch ran' },
                        _files: { 'index.js': "module.exports = require('loc') + ' ' + require('@s/loc') + ' p ' + require('p/package.json').version;",
                                'lib/loc/package.json': '{"name":"loc","version":"1.0.0"}', 'lib/loc/index.js': "module.exports = 'loc';",
                                'loc/package.json': '{"name":"@s/loc","version":"1.0.0"}', 'loc/index.js': "module.exports = 'scoped';" } } },
                hollow: { '1.0.0': { dependencies: { loc: 'file:./loc' }, _files: { 'index.js': '' } } },
                outer: { '1.0.0': { dependencies: { confused: '1', la: '3' } } },
                confused: { '1.0.0': { dependencies: { lb: 'file:./lb', la: '1' }, _files: { 'lb/package.json': '{"name":"lb","version":"9.0.0"}' } } },
                ignores: { '1.0.0': { _files: { '.gitignore': 'x', 'a/.npmignore': 'y', 'a/.gitignore': 'x', 'b/.gitignore': 'x', 'b/.npmignore': 'y' } } },
                loop: { '1.0.0': { dependencies: { la: '3', lb: '3', x: '1' } } },
                x: { '1.0.0': { dependencies: { la: '1' } } },
                la: { '1.0.0': { dependencies: { lb: '1' } }, '2.0.0': { dependencies: { lb: '2' } }, '3.0.0': {} },
                lb: { '1.0.0': { dependencies: { la: '2' }, scripts: { install: 'echo run >> runs' } }, '2.0.0': { dependencies: { la: '1' } }, '3.0.0': {} },
        });
        const spare = await install('spare', { server }), theirs = await byNpm('spare', server);
        const lost = Object.entries(locked(spare.tree)).filter(([, entry]) => entry.extraneous).map(([location]) => location);
        ok(listing(spare.tree) === theirs.listing && lost.length === 1, 'what is displaced stays in the lock file, as npm\'s', [listing(spare.tree), theirs.listing]);
        ok(list(spare.tree) === theirs.list && !fs.existsSync(path.join(spare.tree, lost[0])), '... and is not laid out', [list(spare.tree), theirs.list]);
        ok(npmAccepts(spare.tree) === true && spare.answer.packages === list(spare.tree).split('\n').length - 1, '... npm ls --all', npmAccepts(spare.tree));

        const meta = await install('meta', { server }), npmMeta = await byNpm('meta', server);
        ok(list(meta.tree) === npmMeta.list && locked(meta.tree)['node_modules/p'].extraneous, 'what an optional peer leads to is, extraneous or not',
                [list(meta.tree), npmMeta.list]);

        const inner = await install('inner', { server }), npmInner = await byNpm('inner', server);
        const find = (tree, from) => {
                try {
                        return execFileSync('node', ['-p', `require('${from}')`], { cwd: tree, encoding: 'utf8', stdio: 'pipe' }).trim();
                } catch (error) {
                        return error.message;
                }
        };
        const old = Number.parseInt(execFileSync('npm', ['--version'], { encoding: 'utf8' }), 10) < 10; // it cannot do this
        ok(find(inner.tree, 'inner') === 'loc scoped p 2.0.0' &&
                (old || (find(npmInner.dir, 'inner') === 'loc scoped p 2.0.0' && npmAccepts(inner.tree) === true)),
                'dependencies inside the package, as with npm', [inner.answer, npmInner, npmAccepts(inner.tree)]);
        ok(fs.readlinkSync(path.join(inner.tree, 'node_modules/inner/node_modules/loc')) === '../lib/loc' &&
                fs.readlinkSync(path.join(inner.tree, 'node_modules/inner/node_modules/@s/loc')) === '../../loc', '... relative links',
        listing(inner.tree));
        const scriptsInner = await install(undefined, { mode: 'scripts', tree: inner.tree });
        ok(!scriptsInner.answer.error && there(inner.tree, 'inner/ran'), '... and scripts run beside them', scriptsInner);
        const hollow = await install('hollow', { server });
        ok(there(hollow.tree, 'hollow/index.js') && JSON.stringify(hollow.answer.notices) === JSON.stringify(["hollow@1.0.0 depends on 'file:./loc', which it does not contain"]),
                'what is not there is named', hollow.answer);
        const confused = await install('outer', { server });
        ok(refused(confused, /confused@1\.0\.0 depends on 'file:\.\/lb', which is inside it, and packages below it on another 'lb'/), 'no other package gets it by mistake', confused.answer);

        const files = (dir) => execFileSync('sh', ['-c', 'grep -r "" --include=.*ignore . | LC_ALL=C sort'], { cwd: path.join(dir, 'node_modules/ignores'), encoding: 'utf8' });
        const ignores = await install('ignores', { server }), npmIgnores = await byNpm('ignores', server);
        ok(files(ignores.tree) === files(npmIgnores.dir) && files(ignores.tree) === './.npmignore:x\n./a/.npmignore:y\n./b/.npmignore:y\n',
                'a .gitignore becomes a .npmignore, as by npm', [files(ignores.tree), files(npmIgnores.dir)]);

        const loop = await install('loop', { server }), npmLoop = await byNpm('loop', server);
        const link = Object.entries(locked(loop.tree)).filter(([, entry]) => entry.link).map(([location]) => location);
        ok(link.length === 1 && list(loop.tree) === npmLoop.list && npmAccepts(loop.tree) === true, 'a package inside itself is linked, as by npm',
                [link, list(loop.tree), npmLoop.list, npmAccepts(loop.tree)]);
        const above = locked(loop.tree)[link[0]].resolved;
        ok(fs.realpathSync(path.join(loop.tree, link[0])) === fs.realpathSync(path.join(loop.tree, above)) &&
                !path.isAbsolute(fs.readlinkSync(path.join(loop.tree, link[0]))), '... relatively, to the one above', link);
        const scripts = await install(undefined, { mode: 'scripts', tree: loop.tree });
        ok(scripts.status === 0 && fs.readFileSync(path.join(loop.tree, above, 'runs'), 'utf8') === 'run\n', '... and its script runs once', scripts);
        server.close();
};

// What was fetched because it was likely to be needed, and is not, holds up nothing and is left nowhere.
tests['head starts'] = async () => {
        const many = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`f${i}`, 'x']));
        const packages = { top: { '1.0.0': { dependencies: { a: '1', b: '1', late: '1' } } }, b: { '1.0.0': { dependencies: { a: '*' } } }, late: { '1.0.0': {} },
                a: { '1.0.0': {}, '2.0.0': { _files: many }, '3.0.0': { _files: { big: tar.file('package/big', crypto.randomBytes(4 << 20)) } } } };
        let started = 0, asked, isAsked;
        const server = await registry(packages, (q, s) => {
                if (q.url === '/late' && !q.late) { // is answered when what is likely has been asked for
                        q.late = true;
                        asked.then(() => setTimeout(() => server.answer(q, s), 10));
                        return true;
                }
                if (!/^\/a\/-\/a-[23]/.test(q.url))
                        return false;
                started++;
                isAsked();
                if (q.url !== '/a/-/a-3.0.0.tgz')
                        return false;
                s.writeHead(200).write(server.tarballs.get(q.url).subarray(0, 3 << 20));
                return true;
        });
        const third = packages.a['3.0.0'];
        for (const what of ['is being unpacked', 'does not come']) {
                delete packages.a['3.0.0'];
                if (what === 'does not come')
                        packages.a['3.0.0'] = third;
                for (let i = 0; i < 3; i++) {
                        asked = new Promise((resolve) => { isAsked = resolve; });
                        const result = await install('top', { server });
                        ok(result.answer.name && listing(result.tree) === 'node_modules/a node_modules/b node_modules/late node_modules/top' && !fs.existsSync(path.join(result.tree, '.unpacked')),
                                `what is not needed ${what}`, result);
                }
        }
        ok(started === 6, 'it was asked for', started);
        server.close();
};

tests.git = async () => {
        const dir = fresh('repo'), home = fresh('home');
        const git = (...args) => execFileSync('git', ['-C', dir, ...args], { stdio: 'pipe', env: { PATH: process.env.PATH, HOME: home,
                GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@a', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@a' } }).toString().trim();
        const commit = (version, files = {}) => {
                fs.writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ name: 'fromgit', version, dependencies: { a: '1' },
                        scripts: { prepare: 'touch /tmp/pm2ctl-evil' } }));
                for (const [name, content] of Object.entries(files)) {
                        fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
                        fs.writeFileSync(path.join(dir, name), content);
                }
                git('add', '-A');
                git('commit', '-qm', version);
                return git('rev-parse', 'HEAD');
        };
        execFileSync('git', ['init', '-q', '-b', 'main', dir], { env: { PATH: process.env.PATH, HOME: home } });
        const first = commit('1.0.0', { 'index.js': '', 'sub/package.json': '{"name":"sub","version":"0.1.0"}' });
        git('tag', 'v1.0.0');
        const second = commit('1.1.0', { '.npmrc': 'registry=http://registry.invalid/' });
        git('tag', '-a', '-m', 'x', 'v1.1.0');
        fs.symlinkSync('index.js', path.join(dir, 'link'));
        fs.writeFileSync(path.join(dir, '.gitmodules'), '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% /tmp/pm2ctl-evil\n');
        const third = commit('2.0.0', { '.gitattributes': '* filter=evil\n' });
        git('checkout', '-q', '-b', 'other', first);
        const fourth = commit('1.0.1-other');
        fs.symlinkSync('/etc/passwd', path.join(dir, 'passwd'));
        git('checkout', '-q', '-b', 'evil');
        commit('1.0.2');
        git('checkout', '-q', 'main');
        fs.rmSync('/tmp/pm2ctl-evil', { force: true });
        fs.writeFileSync(path.join(dir, '.git/hooks/post-checkout'), '#!/bin/sh\ntouch /tmp/pm2ctl-evil\n', { mode: 0o755 });

        const server = await registry({ a: { '1.0.0': {} }, uses: { '1.0.0': { dependencies: { fromgit: `git+file://${dir}#v1.0.0` } } } });
        const from = async (suffix, version, sha, name = 'fromgit') => {
                const result = await install(`git+file://${dir}${suffix}`, { server });
                ok(result.status === 0 && result.answer.name === name && result.answer.version === version && result.answer.source === `git+file://${dir}#${sha}` &&
                        !fs.existsSync('/tmp/pm2ctl-evil'), `git${suffix}`, result);
                return result;
        };
        let result = await from('', '2.0.0', third);
        ok(there(result.tree, 'fromgit/index.js', 'a') && !there(result.tree, 'fromgit/link') && !there(result.tree, 'fromgit/.git'),
                'files, but neither links nor the repository', fs.readdirSync(path.join(result.tree, 'node_modules')));
        ok(npmAccepts(result.tree) === true, 'npm ls --all', npmAccepts(result.tree));
        ok(result.answer.notices?.some((text) => /fromgit.*'prepare'.*not run/.test(text)), 'a script that would have to run first', result.answer);
        await from('#main', '2.0.0', third);
        await from('#other', '1.0.1-other', fourth);
        await from('#v1.0.0', '1.0.0', first);
        await from('#v1.1.0', '1.1.0', second);
        await from(`#${second}`, '1.1.0', second);
        await from(`#${second.slice(0, 8)}`, '1.1.0', second);
        await from('#semver:^1.0.0', '1.1.0', second);
        await from('#semver:1.0.x', '1.0.0', first);
        result = await install('uses', { server });
        ok(result.status === 0 && locked(result.tree)['node_modules/fromgit'].resolved === `git+file://${dir}#${first}`, 'a dependency from git', result);
        for (const [suffix, expected] of [['#nothing', /no branch, tag or commit 'nothing'/], ['#semver:^9', /no tag is a version in the range/],
                [`#${'0'.repeat(40)}`, /no branch, tag or commit/], ['-gone', /git: /], ['#evil', /'.*passwd': a link that points outside the package/]]) {
                const r = await install(`git+file://${dir}${suffix}`, { server });
                ok(refused(r, expected), `git${suffix}: ${r.answer.error}`, r);
        }
        result = await install(`git+ext::sh -c touch% /tmp/pm2ctl-evil`, { server });
        ok(result.answer.error && !fs.existsSync('/tmp/pm2ctl-evil'), 'no other transport', result);
        server.close();
};

tests.configuration = async () => {
        const server = await registry({ a: { '1.0.0': {} }, '@acme/b': { '1.0.0': { dependencies: { a: '1' } } } }, (q, s) => {
                if (!/acme/.test(q.url) || q.headers.authorization === 'Bearer secret-token')
                        return false;
                return !s.writeHead(401).end().destroyed;
        });
        const login = `//${server.host}/:_authToken=\${TOKEN}`;
        let result = await install('@acme/b', { server, npmrc: [login], env: { TOKEN: 'secret-token' } });
        ok(result.status === 0, 'a token in a variable', result);
        result = await install('@acme/b', { server, npmrc: [login] });
        ok(refused(result, /requires a login; '\/\/127\.0\.0\.1:\d+\/:_authToken' in \/npmrc-1 names the variable TOKEN, which is not set/),
                'the variable is not set', result);
        for (const [setting, key] of [[`@acme:registry=http://\${HOST}/`, '@acme:registry'], ['cafile=/etc/${HOST}', 'cafile'], ['proxy=${HOST}', 'proxy'],
                ['fetch-retries=${HOST}', 'fetch-retries']]) {
                result = await install('@acme/b', { server, npmrc: [setting] });
                ok(refused(result, new RegExp(`^'${key}' in /npmrc-1 names the variable HOST, which is not set`)), `nor the one that ${key} names`, result);
        }
        result = await install('a', { server, npmrc: ['other=${HOST}', `//elsewhere.invalid/:_authToken=\${HOST}`] });
        ok(result.status === 0 && result.answer.name, 'one that is not needed need not be set', result);
        result = await install('@acme/b', { server, npmrc: [`//${server.host}/:_authToken=old`, login], env: { TOKEN: 'secret-token' } });
        ok(result.status === 0, 'the last text is the strongest', result);
        // These cannot even be asked, so no answer brings the end about.
        for (const address of ['ftp://registry.invalid/', 'nonsense', 'http://'])
                result = await install('a', { npmrc: [`registry=${address}`] }),
                ok(refused(result, /^the registry configured for 'a' is invalid: /), `registry ${address} is refused`, result);
        result = await install('a', { npmrc: ['registry=http://registry.invalid/'], env: { npm_config_registry: server.url } });
        ok(result.status === 0, 'a variable is stronger', result);
        result = await install('a', { npmrc: [`registry=http://127.0.0.1:1/`] });
        ok(refused(result, /registry cannot be reached for package 'a': http:\/\/127\.0\.0\.1:1\/a: cannot connect/), `nobody there: ${result.answer.error}`, result);
        result = await install('a', { server, npmrc: ['_authToken=secret-token'] });
        ok(refused(result, /names no registry/) && !result.out.includes('secret-token'), 'a token for nobody', result);
        server.close();
};

tests.engines = async () => {
        const server = await registry({
                old: { '1.0.0': { dependencies: { new: '1', fits: '1' }, optionalDependencies: { extra: '1' } } },
                new: { '1.0.0': { engines: { node: '>=99' } } },
                fits: { '1.0.0': { engines: { node: '>=1' } } },
                extra: { '1.0.0': { engines: { node: '>=99' } } },
        });
        let result = await install('old', { server });
        const node = process.version.slice(1);
        ok(there(result.tree, 'new') && JSON.stringify(result.answer.notices) === JSON.stringify(
                [`EBADENGINE: new@1.0.0, in node_modules/new, wants node >=99, but there is node ${node}`]), 'a package for another node', result.answer);
        let npm = await byNpm('old', server);
        ok(listing(result.tree) === npm.listing && /EBADENGINE[^]*'new@1\.0\.0'/.test(npm.err) && !/fits@|extra@/.test(npm.err), '... npm warns of the same', npm);
        for (const value of ['engine-strict=true', 'engine-strict']) {
                result = await install('old', { server, npmrc: [value] });
                ok(refused(result, /EBADENGINE: new@1\.0\.0 wants node >=99, but there is node .*'engine-strict'/), `${value} refuses it`, result.answer);
        }
        npm = await byNpm('old', server, '--engine-strict');
        ok(/code EBADENGINE/.test(npm.listing), '... as npm does', npm);
        result = await install('old', { server, npmrc: ['engine-strict=false'] });
        ok(result.answer.name, 'engine-strict=false takes it', result.answer);
        server.close();
};

tests.scripts = async () => {
        const mark = (event) => `echo ${event} $npm_package_name $npm_package_version $(basename $PWD) >> ../../marks; test -n "$npm_config_user_agent$INIT_CWD"`;
        const server = await registry({
                top: { '1.0.0': { dependencies: { a: '1' }, optionalDependencies: { fails: '1' }, config: { port: 8080, deep: { x: [1, true] } },
                        scripts: { preinstall: mark('pre'), install: mark('in'), postinstall: `${mark('post')}; echo $npm_package_config_port $npm_package_config_deep_x_0 >> ../../marks; tool`,
                                prepare: 'echo prepare >> ../../marks', test: 'exit 1' } } },
                a: { '1.0.0': { bin: { tool: 't.sh' }, scripts: { install: mark('in') }, _files: { 't.sh': tar.file('package/t.sh', '#!/bin/sh\necho tool >> ../../marks\n') } } },
                fails: { '1.0.0': { dependencies: { only: '1', a: '1' }, scripts: { install: 'exit 3' } } },
                only: { '1.0.0': {} },
                bad: { '1.0.0': { scripts: { postinstall: 'echo the reason >&2; exit 7' } } },
                gyp: { '1.0.0': { _files: { 'binding.gyp': '{}' } } },
        });
        let result = await install('top', { server });
        ok(result.status === 0 && result.answer.scripts === true && !fs.existsSync(path.join(result.tree, 'marks')), 'fetching runs none', result);
        const scripts = await install(undefined, { mode: 'scripts', tree: result.tree });
        const marks = fs.readFileSync(path.join(result.tree, 'marks'), 'utf8');
        ok(scripts.status === 0 && marks === 'pre top 1.0.0 top\nin a 1.0.0 a\nin top 1.0.0 top\npost top 1.0.0 top\n8080 1\ntool\n',
                'each runs, in npm\'s order and surroundings', { ...scripts, marks });
        ok(!there(result.tree, 'fails') && !there(result.tree, 'only') && there(result.tree, 'a') && npmAccepts(result.tree) === true &&
                /Left out.*fails.*install script failed.*status 3/.test(scripts.err), 'an optional one that fails leaves, with what only it needed',
        { ...scripts, npm: npmAccepts(result.tree) });
        result = await install('bad', { server });
        result = await install(undefined, { mode: 'scripts', tree: result.tree });
        ok(refused(result, /bad: the postinstall script failed: it exited with status 7/) && /the reason/.test(result.err), 'one that fails', result);
        result = await install('gyp', { server });
        ok(result.answer.scripts === true, 'a binding.gyp is a script', result.answer);
        server.close();
};

// A registry that fails and goes on failing is the end of it, whatever it is asked for.
tests.failing = async () => {
        for (const status of [429, 500, 503]) {
                const packages = { top: { '1.0.0': { dependencies: { a: '1' } } }, a: { '1.0.0': {} } };
                for (const failing of ['/top', '/a', '/a/-/a-1.0.0.tgz']) {
                        const server = await registry(packages, (q, s) => q.url === failing && !s.writeHead(status).end().destroyed);
                        const result = await install('top', { server });
                        ok(refused(result, new RegExp(`try again later \\(status ${status}`)), `${failing}: ${result.answer.error}`.replaceAll(server.url, '/'), result);
                        server.close();
                }
        }
};

// Each file of the cache holds what its name, or its first line, says.
function broken(cache) {
        const bad = [], hex = (algorithm, data) => crypto.createHash(algorithm).update(data).digest('hex');
        for (const name of fs.readdirSync(path.join(cache, 'tarballs')))
                if (name !== `sha512-${hex('sha512', fs.readFileSync(path.join(cache, 'tarballs', name)))}`)
                        bad.push(name);
        for (const name of fs.readdirSync(path.join(cache, 'documents'))) {
                const data = fs.readFileSync(path.join(cache, 'documents', name)), end = data.indexOf('\n');
                if (end < 0 || JSON.parse(data.subarray(0, end)).sha256 !== hex('sha256', data.subarray(end + 1)))
                        bad.push(name);
        }
        return bad;
}

// Killed anywhere, four at once with one cache: the next one works, and the cache holds nothing that is not whole.
tests.killed = async () => {
        const packages = { top: { '1.0.0': { dependencies: {} } } };
        for (let i = 0; i < 40; i++) {
                packages[`p${i}`] = { '1.0.0': { dependencies: i < 30 ? { [`p${i + 10}`]: '1' } : {}, _files: { 'a.js': 'x'.repeat(i * 3000) } } };
                if (i < 10)
                        packages.top['1.0.0'].dependencies[`p${i}`] = '1';
        }
        const server = await registry(packages), wanted = process.env.PM2CTL_TEST_THOROUGH ? 200 : 40;
        const four = (cache, options = () => {}) => Promise.all([0, 1, 2, 3].map(() => install('top', { server, cache, ...options() })));
        const good = ({ answer, tree }) => answer.packages === 41 && listing(tree).split(' ').length === 41;
        let cache = fresh('cache'), killed = 0, tries = 0, bad = [];
        const together = await four(cache), ms = Math.max(...together.map((r) => r.ms));
        ok(together.every(good) && !broken(cache).length, 'four at once with one cache', together);

        while (killed < wanted && tries < 20 * wanted) {
                if (tries % 12 === 0)
                        cache = fresh('cache');
                const results = await four(cache, () => ({ killAfter: 1 + Math.random() * ms * 1.2 }));
                tries += results.length;
                killed += results.filter((r) => r.signal).length;
                bad.push(...broken(cache), ...results.filter((r) => !r.signal && !good(r)));
                results.forEach((r) => fs.rmSync(r.tree, { recursive: true }));
                if (tries % 12 === 0) {
                        const next = await install('top', { server, cache });
                        bad.push(...broken(cache), ...[next].filter((r) => !good(r)));
                }
        }
        ok(killed >= wanted && !bad.length, `${killed} of ${tries} installs killed: the others work, so does the next, and the cache is whole`, bad);
        await install('top', { server, cache });
        const result = await install('top', { server, cache, more: { offline: true } });
        ok(good(result) && npmAccepts(result.tree) === true, 'the last one\'s cache is good for another without a registry', result);
        server.close();
};

runTests(tests, pattern);
