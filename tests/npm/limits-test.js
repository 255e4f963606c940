// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What an install may take, and what it must not say: limits-test.js PM2-FETCH [PATTERN]. TAP.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const net = require('net');
const path = require('path');
const zlib = require('zlib');
const { ok, runTests, fresh, ...lib } = require('./lib.js');
const { pack, registry, sri } = require('./packages.js');

const [program, pattern = ''] = process.argv.slice(2);
const install = (spec, options) => lib.install(program, spec, options);
const locked = (tree) => JSON.parse(fs.readFileSync(path.join(tree, 'package-lock.json'))).packages;
const tests = {};

const descriptors = (soft, hard = soft) => ['bash', '-c', `ulimit -Sn ${soft} && ulimit -Hn ${hard} && exec "$@"`, 'limited'];

// Many packages and few descriptors: sockets, files of the cache and archives count.
tests.descriptors = async () => {
        const packages = { many: { '1.0.0': { dependencies: {} } } };
        for (let i = 0; i < 1400; i++) {
                packages[`p${i}`] = { '1.0.0': { dependencies: i % 7 ? {} : { [`p${i + 1}`]: '*' } } };
                packages.many['1.0.0'].dependencies[`p${i}`] = '1';
        }
        const server = await registry(packages), cache = fresh('cache');
        const whole = ({ answer }) => answer.packages === 1401;
        const check = async (what, options) => {
                const result = await install('many', { server, cache, timeout: 300000, ...options });
                ok(whole(result), `1,400 packages ${what}`, result);
                fs.rmSync(result.tree, { recursive: true });
        };
        await check('with 256 descriptors', { wrap: descriptors(256) });
        await check('again, from the cache', { wrap: descriptors(256) });
        await check('with --offline', { wrap: descriptors(256), more: { offline: true } });
        await check('with a soft limit of 256', { wrap: descriptors(256, 4096), cache: fresh('cache') });
        await check('with more connections than descriptors', { wrap: descriptors(256), cache: fresh('cache'), npmrc: ['maxsockets=256'] });
        await check('with 64 descriptors', { wrap: descriptors(64) });
        const wide = await install('many', { server, cache: fresh('cache'), wrap: descriptors(64), timeout: 300000 });
        ok(whole(wide), '1,400 packages with 64 descriptors and an empty cache', wide);

        for (const file of fs.readdirSync(path.join(cache, 'tarballs')).slice(0, 700))
                fs.writeFileSync(path.join(cache, 'tarballs', file), 'damaged');
        await check('of which half are damaged in the cache', { wrap: descriptors(256) });
        server.close();
};

// Documents that are small on the way and large when they are here.
tests.documents = async () => {
        const names = Array.from({ length: 12 }, (_, i) => `m${i}`), bodies = new Map();
        const packages = { all: { '1.0.0': { dependencies: Object.fromEntries(names.map((name) => [name, '1'])) } } };
        names.forEach((name, i) => { packages[name] = { '1.1.0': { dependencies: i + 1 < names.length ? { [names[i + 1]]: '1' } : {} } }; });
        let held; // ends of answers, kept back until the client gives one up
        const server = await registry(packages, (q, s) => {
                const body = bodies.get(q.url.slice(1));
                if (body) {
                        s.writeHead(200, { 'Content-Encoding': 'gzip' });
                        held ? s.write(body.subarray(0, -8)) : s.end(body);
                        held?.push(() => s.end(body.subarray(-8)));
                        s.on('error', () => {}).on('close', () => held?.splice(0).forEach((end) => end()));
                }
                return body !== undefined;
        });
        const publish = (some, field, size) => some.forEach((name) => {
                const document = server.publish(name), text = 'x'.repeat(size);
                for (let i = 0; i < 60e6 / size; i++)
                        document.versions[`1.0.${i}`] = { name, version: `1.0.${i}`, [field]: text };
                bodies.set(name, zlib.gzipSync(JSON.stringify(document), { level: 1 }));
        });
        const measured = ['python3', '-c', 'import resource, subprocess, sys; r = subprocess.call(sys.argv[1:]); ' +
                'print("MiB", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=sys.stderr); sys.exit(r)'];

        publish(names, 'deprecated', 1000000);
        let result = await install('m0', { server, wrap: measured, timeout: 200000 });
        const mib = Number(/^MiB (\d+)$/m.exec(result.err)?.[1]);
        ok(result.answer.packages === 12 && mib < 500, `12 documents, one after the other, of 60 MB of why versions are deprecated: ${mib} MiB`, result);
        held = [];
        result = await install('all', { server, npmrc: ['maxsockets=50'], timeout: 200000 });
        ok(refused(result, /^m\d+, required by all: .*the packuments being read are larger than 512 MiB together$/), `all at once: ${result.answer.error}`, result);
        held = undefined;
        publish(['m1'], 'dependencies', 2000000);
        result = await install('m1@1.0.1', { server });
        ok(refused(result, /m1@1\.0\.1 is larger than 1 MiB/), `2 MB of a version: ${result.answer.error}`, result);
        server.close();
};

// -- servers that say nothing

// Listens, and treats every connection as told: by default in silence. Resolves to { port, close() }.
const listen = (handle = () => {}) => new Promise((resolve) => {
        const sockets = new Set();
        const server = net.createServer((socket) => {
                sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
                handle(socket);
        });
        server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, close: () => {
                server.close();
                sockets.forEach((socket) => socket.destroy());
        } }));
});
const trickle = (first, rest) => (socket) => {
        socket.write(first);
        const timer = setInterval(() => socket.write(rest), 500);
        socket.on('close', () => clearInterval(timer));
};
const refused = ({ answer, out }, pattern) => pattern.test(answer.error || '') && out.split('\n').length === 2;
const commands = () => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
        try { return [fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')]; } catch { return []; }
});
const left = (tree) => commands().filter((words) => words.includes(`--git-dir=${tree}`)).join();

tests.silence = async () => {
        const quick = ['fetch-timeout=3500', 'fetch-retries=0'], more = {};
        const slow = await registry({ top: { '1.0.0': {} } });
        const check = async (what, handle, spec, pattern, { at = 'spec' } = {}) => {
                const server = await listen(handle), host = `127.0.0.1:${server.port}`;
                const result = await install(at === 'spec' ? spec(host) : 'top', { server: at === 'spec' ? slow : { url: `http://${host}/` }, npmrc: quick, more });
                ok(refused(result, pattern) && result.answer.error.includes(host) && !/s3cret/.test(result.out + result.err), `${what}: ${result.answer.error}`, result);
                ok(new RegExp(`^waiting \\d+ .*127\\.0\\.0\\.1`, 'm').test(result.err), '... is waited for with a word', result.err);
                ok(left(result.tree) === '', '... and no git is left');
                server.close();
        };
        const commit = '0123456789abcdef0123456789abcdef01234567';
        const branches = /did not send its branches and tags: no data for 3 s/, repository = /did not send the repository: no data for 3 s/;
        await check('a silent git server', undefined, (host) => `git://${host}/a.git`, branches);
        await check('... asked for a commit', undefined, (host) => `git://${host}/a.git#${commit}`, repository);
        await check('... by http, with a password', undefined, (host) => `git+http://me:s3cret@${host}/a.git`, branches);
        await check('a git server that sends a byte now and then', trickle('00ff', 'x'), (host) => `git://${host}/a.git`, /did not send|took longer|protocol/);
        await check('a silent registry', undefined, undefined, /top.*timed out waiting for the server/, { at: 'registry' });
        await check('a registry that trickles its answer', trickle('HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{', ' '), undefined,
                /timed out waiting for the server/, { at: 'registry' });
        await check('... its headers', trickle('HTTP/1.1 200 OK\r\nX: ', 'x'), undefined, /timed out waiting for the server/, { at: 'registry' });
        slow.close();
};

// Ended from outside, nothing of it goes on.
tests.interrupted = async () => {
        const server = await listen(), tree = fresh('tree');
        const result = await install(`git://127.0.0.1:${server.port}/a.git`, { tree, wrap: ['timeout', '--signal=TERM', '1'] });
        ok(result.status === 124, 'a fetch that is ended while git waits ends at once', result);
        server.close();
};

// -- what nothing vouches for

const stored = ({ tree }) => ['package.json', 'package-lock.json', 'node_modules/.package-lock.json']
        .some((file) => fs.readFileSync(path.join(tree, file), 'utf8').includes('s3cret'));

tests.unverified = async () => {
        const data = pack({ 'package.json': '{"name":"remote","version":"1.0.0"}' });
        const none = { integrity: undefined, shasum: undefined }, dist = (_dist) => ({ '1.0.0': { _dist } });
        const packages = {
                none: dist(none), empty: dist({ integrity: '', shasum: '' }), unknown: dist({ ...none, integrity: 'md5-AAAA sha3-512-AAAA' }),
                malformed: dist({ ...none, integrity: 'sha512-AAAA' }), odd: dist({ integrity: { sha512: 'x' }, shasum: [7] }), short: dist({ ...none, shasum: 'abc' }),
                below: { '1.0.0': { dependencies: { none: '1' } } }, maybe: { '1.0.0': { optionalDependencies: { none: '1' } } },
        };
        const server = await registry(packages, (q, s) => q.url.startsWith('/x.tgz') && !s.end(data).destroyed);
        const more = { allow_unverified: true };
        for (const spec of ['none', 'empty', 'unknown', 'malformed', 'odd', 'short', 'below']) {
                let result = await install(spec, { server });
                ok(refused(result, /@1\.0\.0: the registry has no usable hash to check it with; use --allow-unverified/), `${spec}: ${result.answer.error}`, result);
                ok(!server.requests.some((q) => q.url.includes('none-1.0.0.tgz')) || spec !== 'none', '... and is not fetched');
                result = await install(spec, { server, more });
                const name = spec === 'below' ? 'none' : spec, entry = result.answer.name && locked(result.tree)[`node_modules/${name}`];
                ok(entry?.integrity === sri(server.tarballs.get(`/${name}/-/${name}-1.0.0.tgz`)), '... with --allow-unverified its hash is noted', [result, entry]);
        }
        let result = await install('maybe', { server });
        ok(result.answer.packages === 1 && result.answer.notices.some((text) => /--allow-unverified/.test(text)), 'an optional one is left out, with a notice', result);

        const url = server.url.replace('//', '//me:s3cret@');
        const tokens = ['s3cret:x-oauth-basic@', 's3cret:@', 's3cret@'].map((userinfo) => `${server.url.replace('//', `//${userinfo}`)}x.tgz`);
        for (const spec of [`${server.url}x.tgz`, `${url}x.tgz`, ...tokens, ...['?token=s3cret', '?jwt=s3cret', '?t%6Fken=s3cret', '#token=s3cret'].map((rest) => `${server.url}x.tgz${rest}`)]) {
                result = await install(spec, { server });
                ok(refused(result, /there is no hash to check the download with; use --allow-unverified/) && !/s3cret/.test(result.out + result.err),
                        `an address: ${result.answer.error}`, result);
                result = await install(spec, { server, more });
                ok(result.answer.integrity === sri(data) && !stored(result), '... is taken with it, and no password is in the lock files', result);
        }
        packages.below['1.0.0'].dependencies = { remote: `${tokens[0]}?jwt=s3cret` };
        server.publish('below');
        result = await install('below', { server, more });
        ok(result.answer.packages === 2 && !stored(result) && !/s3cret/.test(result.out + result.err), '... nor is that of a dependency', result);
        server.close();
};

// A shrinkwrap says what has to come from an address: that will do.
tests.pinned = async () => {
        const data = pack({ 'package.json': '{"name":"remote","version":"1.0.0"}' });
        const wrapped = (server, integrity) => ({ '1.0.0': { dependencies: { remote: `${server}x.tgz` }, _hasShrinkwrap: true, _files: { 'npm-shrinkwrap.json':
                JSON.stringify({ lockfileVersion: 3, packages: { '': {}, 'node_modules/remote': { version: '1.0.0', resolved: `${server}x.tgz`, integrity } } }) } } });
        const other = await registry({}, (q, s) => !s.end(data).destroyed);
        const server = await registry({ right: wrapped(other.url, sri(data)), wrong: wrapped(other.url, sri('x')), none: wrapped(other.url, undefined) });
        let result = await install('right', { server });
        ok(result.answer.packages === 2, 'an address that a shrinkwrap pins', result);
        result = await install('wrong', { server });
        ok(refused(result, /does not match the sha512 hash/), '... to something else', result);
        result = await install('none', { server });
        ok(refused(result, /--allow-unverified/), '... to nothing', result);
        [server, other].forEach((s) => s.close());
};

// -- whatever a hash is claimed for is compared with it

const sha1 = (data) => `sha1-${crypto.createHash('sha1').update(data).digest('base64')}`;
const victim = (more) => pack({ 'package.json': '{"name":"victim","version":"1.0.0"}', ...more });
const good = victim({ 'good.js': 'GOOD' }), evil = victim({ 'evil.js': 'EVIL' });

// A package whose npm-shrinkwrap.json has these entries besides its own.
const wrapping = (entries) => ({ '1.0.0': { dependencies: { victim: '1' }, _hasShrinkwrap: true, _files: { 'npm-shrinkwrap.json':
        JSON.stringify({ lockfileVersion: 3, packages: { '': { dependencies: { victim: '1' } }, ...entries } }) } } });

// A registry whose address of victim-1.0.0.tgz serves `data` (or what it returns), and the same as a plain address x.tgz.
async function claims(make, data, dist) {
        const packages = { victim: { '1.0.0': { _dist: { integrity: sri(good), ...dist } } } };
        const server = await registry(packages, (q, s) => /victim-1|x\.tgz/.test(q.url) && !s.end(data instanceof Function ? data() : data).destroyed);
        const [own, x] = ['victim/-/victim-1.0.0.tgz', 'x.tgz'].map((path) => server.url + path);
        const wrap = (integrity, resolved = own, more = {}) => wrapping({ 'node_modules/victim': { version: '1.0.0', resolved, integrity, ...more } });
        Object.assign(packages, make({ wrap, own, x }));
        Object.keys(packages).forEach(server.publish);
        return server;
}
const needs = (...names) => ({ '1.0.0': { dependencies: Object.fromEntries(names.map((name) => [name, '1'])) } });
const files = (tree) => fs.readdirSync(tree, { recursive: true }).join();
const hashes = ({ tree }) => Object.values(locked(tree)).map((entry) => entry.integrity);

tests['two hashes of one address'] = async () => {
        const between = /^node_modules\/\S*victim and node_modules\/\S*victim come from the same URL, \S+victim-1\.0\.0\.tgz, with different hashes: one of them is wrong$/;
        for (const names of [['a-evil', 'b-good'], ['z-evil', 'b-good'], ['a-evil', 'victim', 'deep']]) {
                const server = await claims(({ wrap }) => ({ top: needs(...names), [names[0]]: wrap(sri(evil)), 'b-good': wrap(sri(good)), deep: needs('b-good') }), evil, { integrity: sri(evil) });
                const result = await install('top', { server });
                ok(result.answer.error && !result.answer.name, `${names.join(' and ')}: ${result.answer.error}`, result);
                ok(between.test(result.answer.error) || /does not match the sha512 hash in the registry$/.test(result.answer.error), '... with a reason', result);
                server.close();
        }
        const server = await claims(({ wrap, x }) => ({ top: needs('one', 'two'), one: wrap(sri(good), x), two: wrap(sri(evil), x) }), good);
        const result = await install('top', { server });
        ok(/^node_modules\/(one|two)\/\S+ and node_modules\/(one|two)\/\S+ come from the same URL, \S+x\.tgz, with different hashes/.test(result.answer.error),
                `both are named: ${result.answer.error}`, result);
        server.close();
};

// What came without a hash answers for nothing that has one.
tests['hashes and --allow-unverified'] = async () => {
        const more = { allow_unverified: true };
        const check = async (what, make, data, expected, dist) => {
                const server = await claims(make, data, dist);
                const result = await install('top', { server, more });
                if (expected instanceof RegExp)
                        ok(refused(result, expected), `${what}: ${result.answer.error}`, result);
                else
                        ok(result.answer.name === 'top' && hashes(result).filter((hash) => hash === expected).length === 2, what, [result, result.answer.name && hashes(result)]);
                server.close();
        };
        const wrong = /victim@1\.0\.0: the tarball does not match|come from the same URL, .*with different hashes/;
        await check('an address before the registry\'s package of the same one', ({ own }) => ({ top: { '1.0.0': { dependencies: { byurl: own, mid: '1' } } }, mid: needs('victim') }), evil, wrong);
        for (const [first, second] of [['a-none', 'b-pinned'], ['z-none', 'b-pinned'], ['a-md5', 'b-pinned']])
                await check(`${first} and ${second}`, ({ wrap, x }) => ({ top: needs(first, second), [first]: wrap(/md5/.test(first) ? 'md5-AAAA' : undefined, x), [second]: wrap(sri(good), x) }), evil, wrong);
        let n = 0;
        await check('one address that gives two things', ({ x }) => ({ top: { '1.0.0': { dependencies: { byurl: x, wrap: '1' } } },
                wrap: wrapping({ 'node_modules/victim': { version: '1.0.0', resolved: x } }) }), () => (n++ ? evil : good), wrong);
        const none = { integrity: undefined, shasum: undefined };
        await check('two names of a package without a hash have that of what came', () => ({ top: { '1.0.0': { dependencies: { a: 'npm:victim@1', b: 'npm:victim@1' } } } }),
                good, sri(good), none);
};

// A shrinkwrap's hash does not stand in for the registry's, nor the other way round.
tests['a shrinkwrap and the registry'] = async () => {
        const both = ({ wrap }, integrity, more) => ({ top: wrap(integrity, undefined, more) });
        const sums = [
                ['the same', sri(good), {}, sri(good)],
                ['an older hash', sha1(good), {}, sha1(good)],
                ['an older one of something else', sha1(evil), {}, /does not match the sha1 hash/],
                ['... while the registry has another', sha1(good), { integrity: sri(evil) }, /does not match the sha512 hash/],
                ['the right one, the registry another', sri(good), { integrity: sri(evil) }, /does not match the sha512 hash/],
                ['the registry\'s older one is another', sri(good), { integrity: undefined, shasum: '0'.repeat(40) }, /does not match the sha1 hash/],
                ['several, one of which is right', `${sri(evil)} ${sri(good)} ${sha1(evil)}`, {}, sri(good)],
        ];
        for (const [what, integrity, dist, expected] of sums) {
                const server = await claims((tools) => both(tools, integrity), good, dist);
                const cache = fresh('cache');
                for (const when of ['', ', from the cache']) {
                        const result = await install('top', { server, cache });
                        if (expected instanceof RegExp)
                                ok(refused(result, expected), `${what}${when}: ${result.answer.error}`, result);
                        else
                                ok(hashes(result).at(-1) === expected && !result.answer.notices, `${what}${when}: is in the lock file`, [result, result.answer.name && hashes(result)]);
                }
                server.close();
        }
        const server = await claims(({ wrap }) => {
                const [version, full] = Object.entries(wrap(sri(evil), undefined, { inBundle: true }))[0];
                return { top: { [version]: { ...full, bundleDependencies: ['victim'], _files: { ...full._files, 'node_modules/victim/package.json': '{"name":"victim","version":"1.0.0"}' } } } };
        }, good);
        const result = await install('top', { server });
        ok(result.answer.packages === 2 && hashes(result).filter(Boolean).length === 1, 'of what is bundled no hash is claimed', [result, result.answer.name && hashes(result)]);
        server.close();
};

// What once came from an address does not count later.
tests['hashes and the cache'] = async () => {
        let data = evil;
        const server = await claims(({ wrap, x }) => ({ loose: { '1.0.0': { dependencies: { victim: x } } }, strict: wrap(sri(good), x), evil: wrap(sri(evil), x) }), () => data);
        const cache = fresh('cache'), more = { allow_unverified: true };
        let result = await install('loose', { server, cache, more });
        ok(hashes(result).at(-1) === sri(evil), 'an address, taken unverified', result);
        result = await install('strict', { server, cache, more });
        ok(refused(result, /does not match the sha512 hash/), '... is not what a shrinkwrap expects there', result);
        data = good;
        result = await install('loose', { server, cache, more });
        ok(hashes(result).at(-1) === sri(good), '... and is asked for again the next time', result);
        result = await install('strict', { server, cache });
        ok(hashes(result).at(-1) === sri(good) && files(result.tree).includes('good.js'), 'a hash finds what has it', result);
        for (const file of fs.readdirSync(path.join(cache, 'tarballs')))
                fs.writeFileSync(path.join(cache, 'tarballs', file), evil);
        result = await install('strict', { server, cache });
        ok(hashes(result).at(-1) === sri(good) && files(result.tree).includes('good.js'), '... and not what only is called so', result);
        server.close();
};

// Nobody on the machine reads a password: git gets it in its environment.
tests.argv = async () => {
        const seen = [], headers = [];
        const server = await lib.serve((q, s) => {
                headers.push(q.headers.authorization);
                seen.push(...commands());
                s.writeHead(404).end();
        });
        const result = await install(`git+${server.url.replace('//', '//me:s3cr%65t@')}a.git`, { server });
        ok(result.answer.error && !/s3cr/.test(result.answer.error) && !/s3cr/.test(result.err), `is masked: ${result.answer.error}`, result);
        ok(seen.some((text) => text.includes('git')) && !seen.some((text) => /s3cr(%65|e)t/.test(text)), 'is in no argument list');
        const { host } = server;
        for (const address of [`http://${host}/x.git?private_token=s3cret`, `http://me:x@${host}/x.git?a=s3cret`, `http://me:12/s3cret@${host}/x.git`,
                `http://${host}/x.git;token=s3cret`, `http://${host}/x.git?s3cret`]) {
                seen.length = 0;
                const { answer, err, out } = await install(`git+${address}`, { server });
                ok(/the secret in .* would be visible to all users in git's arguments; write a token before the host/.test(answer.error) && !/s3cret/.test(out + err),
                        `is refused where git would show it: ${answer.error}`, [answer, err]);
                ok(seen.length === 0, '... before git is asked', seen);
        }
        seen.length = 0;
        const owner = await install('github:me:pa@s3cret@foo/bar', { server });
        ok(/the owner of the repository has an '@' in its name; in a password, write '@' as %40/.test(owner.answer.error) && !/s3cret/.test(owner.out + owner.err),
                `so is half a password: ${owner.answer.error}`, owner);
        const daemon = await listen(() => seen.push(...commands()));
        const named = await install(`git://s3cret@127.0.0.1:${daemon.port}/x.git`, { server, npmrc: ['fetch-timeout=1500', 'fetch-retries=0'] });
        ok(seen.some((text) => text.includes('git')) && !seen.some((text) => /s3cret/.test(text.replace(/.*pm2-fetch.*/, ''))) && !/s3cret/.test(named.out + named.err),
                'git:// is asked without a user', [named, seen.filter((text) => /s3cret/.test(text))]);
        daemon.close();
        ok(headers.includes(`Basic ${Buffer.from('me:s3cret').toString('base64')}`), 'and reaches the server', headers);
        server.close();
};

runTests(tests, pattern);
