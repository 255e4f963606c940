// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Settings of .npmrc that change what is installed, by pm2-fetch and by npm. settings-test.js PM2-FETCH NPM
// [PATTERN]: NPM is the folder of npm. TAP.
'use strict';

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { base, ok, runTests, fresh, run, npmrc, ...lib } = require('./lib.js');
const { pack, registry } = require('./packages.js');

const [program, npmFolder, pattern = ''] = process.argv.slice(2);
const tests = {};

const list = (dir) => execFileSync('node', [path.join(__dirname, 'tree-list.js'), dir], { encoding: 'utf8' }).trim().replace(/node_modules\//g, '');

// { list, error, notices } of each, with the same .npmrc.
async function both(server, spec, text, { env = {}, cache } = {}) {
        const dir = fresh('npm');
        fs.writeFileSync(path.join(dir, 'package.json'), '{}');
        const theirs = await run('node', [path.join(npmFolder, 'bin/npm-cli.js'), 'install', '--prefix', dir, '--cache', path.join(base, 'npm-cache'), '--prefer-online', '--omit=dev',
                '--ignore-scripts', '--no-audit', '--no-fund', spec], { cwd: dir, env: { HOME: base, npm_config_fetch_retries: '0',
                NPM_CONFIG_USERCONFIG: npmrc(`registry=${server.url}\n${text}\n`), ...env } });
        const { answer, tree, out } = await lib.install(program, spec, { server, npmrc: [text], env, cache, more: { allow_unverified: true } });
        return {
                npm: theirs.status === 0 ? { list: list(dir), err: theirs.err } : { error: /code (E\w+)/.exec(theirs.err)?.[1] ?? theirs.err, err: theirs.err },
                ours: answer.error || !answer.name ? { error: answer.error ?? out } : { list: list(tree), notices: answer.notices ?? [] },
        };
}

const ago = (days) => new Date(Date.now() - days * 86400e3).toISOString();

tests.age = async () => {
        const server = await registry({
                mod: { '1.0.0': { dependencies: { d: '^1.0.0', '@my/d': '^1', any: '*' }, _time: ago(30) } },
                d: { '1.0.0': { _time: ago(30) }, '1.1.0': { _time: ago(5) }, '1.2.0': { _time: ago(0.5) }, '2.0.0': { _time: ago(0.1) } },
                '@my/d': { '1.0.0': { _time: ago(30) }, '1.1.0': { _time: ago(0.1) } },
                any: { '1.0.0': { _time: ago(9), deprecated: 'old' }, '0.9.0': { _time: ago(10) }, '2.0.0': { _time: ago(1) }, '3.0.0': {} },
                odd: { '1.0.0': { _time: ago(9) }, '1.1.0': { _time: 'yesterday' } },
                young: { '1.0.0': { _time: ago(1) } },
        });
        const same = async (spec, text, options) => {
                const { npm, ours } = await both(server, spec, text, options);
                ok(npm.list ? npm.list === ours.list : npm.error && ours.error, `${spec}: ${text.replace(/20\d\d-[-\dT:.Z]*/g, 'DATE').replace('\n', ', ')}: ${ours.error ?? ours.list.replace(/\n/g, ', ')}`,
                        { npm, ours });
                return ours;
        };
        const choice = (result, text) => ok(result.list?.includes(text), `... ${text}`, result);
        choice(await same('mod', ''), 'd d 1.2.0');
        choice(await same('mod', 'min-release-age=3'), 'd d 1.1.0');
        choice(await same('mod', 'min-release-age=0.3'), 'd d 1.2.0');
        choice(await same('mod', 'min-release-age=0'), '@my/d @my/d 1.1.0');
        choice(await same('mod', 'min-release-age=7'), 'd d 1.0.0');
        choice(await same('mod', `before=${ago(3)}`), 'd d 1.1.0');
        choice(await same('mod', `before=${ago(3).slice(0, 10)}`), 'd d 1.1.0');
        choice(await same('mod', `before=${ago(3)}\nmin-release-age=20`), 'd d 1.1.0');
        choice(await same('mod', `before=${ago(3)}`, { env: { npm_config_min_release_age: '7' } }), 'd d 1.0.0');
        choice(await same('mod', 'min-release-age=7\nmin-release-age-exclude[]=@my/*'), '@my/d @my/d 1.1.0');
        choice(await same('mod', 'min-release-age=7\nmin-release-age-exclude=x, d'), 'd d 1.2.0');
        for (const spec of ['d@latest', 'd@1.1.0', 'd@1.2.0', 'd@^2', 'any', 'any@latest', 'odd', 'young', 'young@latest'])
                await same(spec, 'min-release-age=3');
        const { ours } = await both(server, 'd@^2', 'min-release-age=3');
        ok(/no version of d that matches '\^2' and is as old as npm's setting 'before' or 'min-release-age' requires/.test(ours.error), '... which is said', ours);
        for (const text of ['before=soon', 'before=2026-13-01', 'min-release-age=week', 'min-release-age=-1']) {
                const result = await lib.install(program, 'mod', { server, npmrc: [text] });
                ok(/^'(before|min-release-age)' in \/npmrc-1 is not a /.test(result.answer.error), `${text} is refused`, result.answer);
        }
        const versions = await lib.install(program, undefined, { server, npmrc: ['min-release-age=7'], mode: 'versions', more: { specs: ['d@^1'] } });
        ok(versions.answer.versions[0].wanted === '1.0.0', 'outdated asks for the same', versions.answer);
        const cache = fresh('cache');
        choice((await both(server, 'mod', '', { cache })).ours, 'd d 1.2.0');
        choice((await both(server, 'mod', 'min-release-age=7', { cache })).ours, 'd d 1.0.0');
        server.close();
};

tests.offline = async () => {
        const server = await registry({ a: { '1.0.0': {} } });
        const cache = fresh('cache');
        let { npm, ours } = await both(server, 'a', 'offline=true', { cache });
        ok(npm.error === 'ENOTCACHED' && /'a' is not in the cache; drop --offline, or npm's setting 'offline'/.test(ours.error), 'offline: nothing is fetched', { npm, ours });
        const ask = async (text) => {
                server.requests.length = 0;
                return lib.install(program, 'a', { server, npmrc: [text], cache });
        };
        let result = await ask('offline=false');
        ok(result.answer.version === '1.0.0', 'offline=false', result);
        result = await ask('offline');
        ok(result.answer.version === '1.0.0' && server.requests.length === 0, 'what is in the cache is used', result);
        result = await ask('prefer-offline=true');
        ok(result.answer.version === '1.0.0' && server.requests.length === 0, 'prefer-offline does not ask either', result);
        result = await ask('prefer-online=true');
        ok(result.answer.version === '1.0.0' && server.requests.length > 0, 'prefer-online asks', result);
        server.close();
};

tests.sources = async () => {
        const dir = fresh('repo'), home = fresh('home');
        const git = (...args) => execFileSync('git', ['-C', dir, ...args], { stdio: 'pipe', env: { PATH: process.env.PATH, HOME: home,
                GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@a', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@a' } });
        git('init', '-q', '-b', 'main', '.');
        fs.writeFileSync(path.join(dir, 'package.json'), '{"name":"fromgit","version":"1.0.0"}');
        git('add', '-A');
        git('commit', '-qm', 'x');
        const repository = `git+file://${dir}`, remote = pack({ 'package.json': '{"name":"remote","version":"3.0.0"}' });
        const packages = {
                uses: { '1.0.0': { dependencies: { fromgit: repository } } },
                may: { '1.0.0': { optionalDependencies: { fromgit: repository } } },
        };
        const server = await registry(packages, (q, s) => q.url === '/x.tgz' && !s.end(remote).destroyed);
        packages.far = { '1.0.0': { dependencies: { remote: `${server.url}x.tgz` } } };
        server.publish('far');
        for (const [type, own, other] of [['git', repository, 'uses'], ['remote', `${server.url}x.tgz`, 'far']]) {
                for (const value of ['all', 'root', 'none'])
                        for (const spec of [own, other]) {
                                const { npm, ours } = await both(server, spec, `allow-${type}=${value}`);
                                const refused = ours.error && new RegExp(`npm's setting 'allow-${type}' does not allow`).test(ours.error);
                                ok(npm.error ? npm.error === `EALLOW${type.toUpperCase()}` && refused : npm.list === ours.list,
                                        `allow-${type}=${value}, ${spec === own ? 'asked for' : 'depended on'}: ${npm.error ?? 'taken'}`, { npm, ours });
                        }
                const result = await lib.install(program, own, { server, npmrc: [`allow-${type}=some`] });
                ok(new RegExp(`^'allow-${type}' in /npmrc-1 must be all, root or none`).test(result.answer.error), 'no other value', result.answer);
        }
        const { npm, ours } = await both(server, 'may', 'allow-git=none');
        ok(npm.list === ours.list && ours.list === 'may may 1.0.0', 'an optional one is left out', { npm, ours });
        const file = await lib.install(program, undefined, { server, npmrc: ['allow-file=none'], stdin: remote });
        ok(/'allow-file' does not allow/.test(file.answer.error), 'allow-file=none', file.answer);
        server.close();
};

tests.peers = async () => {
        const server = await registry({
                lone: { '1.0.0': { dependencies: { a: '1' } } },
                a: { '1.0.0': { peerDependencies: { p: '1' } } },
                deep: { '1.0.0': { dependencies: { a: '1', b: '1' } } },
                b: { '1.0.0': { dependencies: { c: '1', p: '2' } } },
                c: { '1.0.0': { peerDependencies: { p: '1' } } },
                p: { '1.0.0': {}, '2.0.0': {} },
                own: { '1.0.0': { dependencies: { p: '2' }, peerDependencies: { q: '1' } } },
                q: { '1.0.0': { peerDependencies: { p: '1' } }, '2.0.0': {} },
                meta: { '1.0.0': { dependencies: { e: '1', p: '2' } } },
                e: { '1.0.0': { peerDependencies: { p: '1' }, peerDependenciesMeta: { p: { optional: true } } } },
                both: { '1.0.0': { dependencies: { p: '1' }, peerDependencies: { p: '2' } } },
        });
        const settings = ['', 'legacy-peer-deps=true', 'strict-peer-deps=true', 'legacy-peer-deps=true\nstrict-peer-deps=true', 'strict-peer-deps=false'];
        const seen = new Set();
        for (const text of settings)
                for (const spec of ['lone', 'deep', 'own', 'meta', 'both', 'c']) {
                        const { npm, ours } = await both(server, spec, text);
                        ok(npm.error ? npm.error === 'ERESOLVE' && /conflict/.test(ours.error) : npm.list === ours.list,
                                `${spec}: ${text.replace('\n', ', ')}: ${npm.error ?? npm.list.replace(/\n/g, ', ')}`, { npm, ours });
                        seen.add(`${spec} ${npm.error ?? npm.list}`);
                }
        ok(seen.size >= 8, '... which make a difference', [...seen]);
        server.close();
};

tests.ignored = async () => {
        const server = await registry({ a: { '1.0.0': {} } });
        const npm = fs.readFileSync(path.join(npmFolder, 'node_modules/@npmcli/config/lib/definitions/definitions.js'), 'utf8');
        const source = fs.readFileSync(path.join(__dirname, '../../src/npm/registry/npmrc-ignored.c'), 'utf8');
        const rows = [...source.matchAll(/^ {8}\{ "([a-z-]+)", "(.*)" \},$/gm)];
        ok(rows.length > 20 && rows.every(([, key]) => new RegExp(`^  '?${key}'?: new Definition`, 'm').test(npm)), 'all are settings of npm', rows);
        let result = await lib.install(program, 'a', { server, npmrc: rows.map(([, key]) => `${key}=x`) });
        ok(JSON.stringify(result.answer.notices) === JSON.stringify(rows.map(([, key], i) =>
                `npm's setting '${key}' in /npmrc-${i + 1} is not honoured: npm might install something else`)), 'each is named with its file', result.answer);
        result = await lib.install(program, 'a', { server, npmrc: rows.flatMap(([, key, values]) => [...values.split(' '), 'null'].map((value) => `${key}=${value}`)) });
        ok(result.answer.name && !result.answer.notices, 'but not what changes nothing', result.answer);
        result = await lib.install(program, 'a', { server, npmrc: ['omit[]=dev\nomit[]=optional\ninclude[]=prod\ninclude[]=peer'], env: { npm_config_prefer_dedupe: 'true' } });
        ok(/'omit' in \/npmrc-1 /.test(result.answer.notices[0]) && /'prefer-dedupe' in the environment /.test(result.answer.notices[1]) && result.answer.notices.length === 2,
                'lists, and variables', result.answer);
        server.close();
};

runTests(tests, pattern);
