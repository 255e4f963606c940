// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A registry that misbehaves in every way we could think of, and what the client makes of it.
// registry-test.js REGISTRY-CLIENT [PATTERN]. TAP.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const net = require('net');
const path = require('path');
const zlib = require('zlib');
const { ok, runTests, fresh, npmrc, run, serve } = require('./lib.js');
const tar = require('./tar.js');

const [program, pattern = ''] = process.argv.slice(2);
const sri = (data, algorithm = 'sha512') => `${algorithm}-${crypto.createHash(algorithm).update(data).digest('base64')}`;
const tarball = (content) => tar.gzip(tar.archive(tar.file('package/package.json', content)));
const hostile = tar.gzip(tar.archive(tar.file('package/a', 'x'), tar.file('package/../../evil', 'x')));
const small = tarball('{"name":"a"}'), large = tarball(crypto.randomBytes(3 << 20));
const packument = (name) => JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: {} });

// client({ cache, dir, url, hash, name, rc, flags, env }): asks for one tarball; for a packument where there is no dir.
function client({ cache = fresh('cache'), dir, url, hash, name = 'a', rc = '', flags = [], env, ...more }) {
        const args = [...flags, '--npmrc', npmrc(rc), cache];
        return dir ? run(program, [...args, 'tarballs', dir], { input: `got ${name} ${url} ${hash}\n`, env, ...more }) :
                run(program, [...args, 'packument', name], { env, ...more });
}

const send = (response, status, body, headers = {}) => {
        response.writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers });
        response.end(body);
};
const nothingIn = (dir) => fs.readdirSync(dir).length === 0;
const tarballsIn = (cache) => fs.readdirSync(path.join(cache, 'tarballs'));

const tests = {};

// One tarball from a server that answers so; checks the line printed and that a failure leaves nothing.
const once = (what, answer, expected, { hash = sri(small), env, rc, flags, limit = 10000, requests } = {}) => {
        tests[what] = async () => {
                let n = 0;
                const server = await serve((request, response) => answer(request, response, ++n));
                const dir = fresh(), cache = fresh('cache');
                const result = await client({ cache, dir, url: `${server.url}a.tgz`, hash, env, flags,
                        rc: `registry=${server.url}\n${rc ?? ''}` });
                server.close();
                const good = expected.test(result.out) && result.ms < limit && (requests === undefined || n === requests);
                ok(good, what, { ...result, n });
                if (/^tarball/.test(result.out))
                        ok(fs.existsSync(path.join(dir, 'got/package.json')) && tarballsIn(cache).length === 1, `${what}: it is there`);
                else
                        ok(nothingIn(dir) && tarballsIn(cache).length === 0 && nothingIn(path.join(cache, 'temporary')),
                                `${what}: nothing is left`);
        };
};
const impatient = { npm_config_fetch_timeout: '1000', npm_config_fetch_retries: '0' };

// -- answers
once('a tarball', (q, s) => send(s, 200, small), /^tarball sha512-/, { requests: 1 });
once('a sha256', (q, s) => send(s, 200, small), /^tarball sha256-/, { hash: sri(small, 'sha256') });
once('a sha1', (q, s) => send(s, 200, small), /^tarball sha1-.* weak/, { hash: crypto.createHash('sha1').update(small).digest('hex') });
once('two hashes', (q, s) => send(s, 200, small), /^tarball sha512-/, { hash: `sha1-${'A'.repeat(27)}= ${sri(small)}` });
once('a wrong hash', (q, s) => send(s, 200, large), /^failed EKEYREJECTED: .*does not match the sha512 hash/);
once('a wrong strongest hash', (q, s) => send(s, 200, small), /EKEYREJECTED/, { hash: `${sri(small, 'sha256')} ${sri(large)}` });
once('an unknown hash', (q, s) => send(s, 200, small), /^refused EBADMSG/, { hash: 'md5-abc' });
once('a malformed hash', (q, s) => send(s, 200, small), /^refused EBADMSG/, { hash: 'sha512-abc' });
once('a web page', (q, s) => send(s, 200, '<html>'), /EKEYREJECTED/);
once('nothing', (q, s) => send(s, 200, ''), /EKEYREJECTED/);
once('an archive that leads out', (q, s) => send(s, 200, hostile), /^failed EINVAL: got: 'package\/\.\.\/\.\.\/evil': the path contains '\.\.'/, {
        hash: sri(hostile) });
once('a longer body than announced', (q, s) => {
        s.socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n${small.toString('latin1')}`, 'latin1');
}, /EKEYREJECTED/);
once('an enormous announcement', (q, s) => { s.writeHead(200, { 'Content-Length': 5e9 }); s.write('x'); },
        /^failed EFBIG: .*larger than 512 MiB/);
once('404', (q, s) => send(s, 404, '{"error":"no\\u001b[2Jsuch file"}'), /^failed ENOENT: .*status 404, no/);
once('403', (q, s) => send(s, 403, 'x'), /^failed EACCES/);
once('418', (q, s) => send(s, 418, 'x'), /^failed EPROTO: .*status 418/);

// -- broken connections
once('a stall', (q, s) => { s.writeHead(200, { 'Content-Length': small.length }); s.write(small.subarray(0, 100)); },
        /^failed ETIMEDOUT/, { env: impatient, limit: 6000 });
once('a stall before the first byte', () => {}, /^failed ETIMEDOUT/, { env: impatient, limit: 6000 });
once('a trickle', (q, s) => {
        s.writeHead(200, { 'Content-Length': small.length });
        const timer = setInterval(() => s.write('x'), 100);
        s.on('close', () => clearInterval(timer));
}, /^failed ETIMEDOUT/, { env: impatient, limit: 6000 });
once('a stall, then fine', (q, s, n) => (n === 1 ? s.writeHead(200, { 'Content-Length': small.length }) && s.write('x') :
        send(s, 200, small)), /^tarball/, { env: { npm_config_fetch_timeout: '1000' }, requests: 2 });
once('a reset in the middle, then fine', (q, s, n) => {
        if (n > 2)
                return send(s, 200, small);
        s.writeHead(200, { 'Content-Length': small.length });
        s.write(small.subarray(0, 100), () => s.socket.resetAndDestroy());
}, /^tarball/, { requests: 3 });
once('a reset always', (q, s) => s.socket.resetAndDestroy(), /^failed ECONNRESET: .*3 attempts/, { requests: 3 });
once('a body cut short', (q, s) => { s.writeHead(200, { 'Content-Length': small.length + 1 }); s.write(small, () => s.socket.end()); },
        /^failed ECONNRESET/, { requests: 3 });
once('500, then fine', (q, s, n) => (n < 3 ? send(s, 500, 'x') : send(s, 200, small)), /^tarball/, { requests: 3 });
once('503 always', (q, s) => send(s, 503, '{"message":"maintenance"}'), /^failed EREMOTEIO: .*status 503, maintenance/, { requests: 3 });
once('429 with a wait, then fine', (q, s, n) => (n < 2 ? send(s, 429, 'x', { 'Retry-After': '1' }) : send(s, 200, small)),
        /^tarball/, { requests: 2 });
once('429 with too long a wait', (q, s) => send(s, 429, 'x', { 'Retry-After': '3600' }), /^failed EBUSY: .*too many requests/, { requests: 1 });
once('no HTTP', (q, s) => s.socket.end('hello\r\n\r\n'), /^failed (EPROTO|ECONNRESET)/, { env: impatient });
once('endless headers', (q, s) => {
        s.socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => s.socket.write(`X: ${'x'.repeat(60000)}\r\n`), 1);
        s.socket.on('close', () => clearInterval(timer)).on('error', () => {});
}, /^failed/, { env: impatient });

// -- redirects
once('a redirect', (q, s, n) => (n < 2 ? send(s, 302, '', { Location: '/b.tgz' }) : send(s, 200, small)), /^tarball/, { requests: 2 });
once('ten redirects', (q, s, n) => (n < 11 ? send(s, 302, '', { Location: `/${n}.tgz` }) : send(s, 200, small)), /^tarball/,
        { requests: 11 });
once('a redirect loop', (q, s) => send(s, 302, '', { Location: q.url }), /^failed ELOOP/, { requests: 11 });
for (const to of ['file:///etc/passwd', 'ftp://127.0.0.1/x', 'gopher://127.0.0.1/x', 'javascript:alert(1)', 'scp://127.0.0.1/etc/passwd'])
        once(`a redirect to ${to}`, (q, s) => send(s, 302, '', { Location: to }), /^failed (EPROTONOSUPPORT|EINVAL|EPROTO)/, { requests: 1 });
once('a redirect to nowhere', (q, s) => send(s, 302, ''), /^failed EPROTO/, { requests: 1 });
once('a redirect to itself at another case', (q, s) => send(s, 302, '', { Location: 'HTTP://%00/' }), /^failed/, { requests: 1 });

// -- resuming
const resumable = (etag, second) => (q, s, n) => {
        const body = large, range = /^bytes=(\d+)-$/.exec(q.headers.range || '');
        if (n === 1) {
                s.writeHead(200, { 'Content-Length': body.length, ...(etag && { ETag: etag }) });
                return s.write(body.subarray(0, 2 << 20), () => setTimeout(() => s.socket.resetAndDestroy(), 200));
        }
        return second(q, s, range && Number(range[1]), body);
};
const part = (s, start, body, etag) => send(s, 206, body.subarray(start), {
        ETag: etag, 'Content-Range': `bytes ${start}-${body.length - 1}/${body.length}` });
once('a download that is resumed', resumable('"x"', (q, s, start, body) =>
        (start === 2 << 20 && q.headers['if-range'] === '"x"' ? part(s, start, body, '"x"') : send(s, 500, 'not asked for the rest'))),
/^tarball/, { hash: sri(large), requests: 2 });
once('a server that sends all of it again', resumable('"x"', (q, s, start, body) => send(s, 200, body, { ETag: '"x"' })), /^tarball/,
        { hash: sri(large), requests: 2 });
once('a server that sends another part', resumable('"x"', (q, s, start, body) => part(s, start - 1, body, '"x"')),
        /^failed EPROTO: .*a different range/, { hash: sri(large) });
once('a file that has changed meanwhile', resumable('"x"', (q, s) => send(s, 200, small, { ETag: '"y"' })), /EKEYREJECTED/,
        { hash: sri(large) });
once('no resuming without an ETag', resumable('', (q, s, start, body) => (q.headers.range ? send(s, 400, 'x') : send(s, 200, body))),
        /^tarball/, { hash: sri(large), requests: 2 });

// -- packuments
const document = (what, answer, expected, more = {}) => {
        tests[what] = async () => {
                let n = 0;
                const server = await serve((request, response) => answer(request, response, ++n));
                const result = await client({ rc: `registry=${server.url}`, ...more });
                server.close();
                ok(expected.test(result.out) && result.ms < (more.limit ?? 10000), what, { ...result, n });
        };
};
const endless = (s, block, more = {}) => {
        s.writeHead(200, more);
        const go = () => { while (!s.destroyed && s.write(block)); };
        s.on('drain', go).on('error', () => {});
        go();
};
document('a packument', (q, s) => send(s, 200, packument('a')), /^packument a 1\.0\.0/);
document('a scoped packument', (q, s) => (q.url === '/@s%2fa' ? send(s, 200, packument('@s/a')) : send(s, 404, '')),
        /^packument @s\/a/, { name: '@s/a' });
document('the form for installers', (q, s) => (/install-v1/.test(q.headers.accept) ? send(s, 200, packument('a')) : send(s, 500, '')),
        /^packument/);
document('a registry that does not know that form', (q, s) => (/install-v1/.test(q.headers.accept) ? send(s, 406, '') :
        send(s, 200, packument('a'))), /^packument/);
document('a package that does not exist', (q, s) => send(s, 404, '{"error":"Not found"}'), /^failed ENOENT: package 'a' at .*no such package/);
document('not JSON', (q, s) => send(s, 200, '<html>'), /^failed EBADMSG: package 'a'/);
document('JSON cut short', (q, s) => send(s, 200, packument('a').slice(0, 20)), /^failed EBADMSG/);
document('an empty packument', (q, s) => send(s, 200, ''), /^failed EPROTO: .*empty/);
for (const [what, body] of [['nothing', ''], ['a whole one', packument('a')]])
        document(`half a packument, compressed, then ${what}`, (q, s, n) => {
                if (n > 1)
                        return send(s, 200, body);
                const half = zlib.gzipSync(packument('a').padEnd(1 << 16), { level: 0 }).subarray(0, 1 << 15);
                s.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': half.length * 2 });
                s.write(half, () => setTimeout(() => s.destroy(), 100));
        }, body ? /^packument a 1\.0\.0/ : /^failed EPROTO: .*empty/);
document('deep JSON', (q, s) => send(s, 200, '['.repeat(1e6)), /^failed EBADMSG/);
document('a packument of 5 GB, announced', (q, s) => endless(s, 'x', { 'Content-Length': 5e9 }), /^failed EFBIG: .*larger than 64 MiB/);
document('a packument without an end', (q, s) => endless(s, 'x'.repeat(1 << 20)), /^failed EFBIG: .*larger than 64 MiB/, { limit: 30000 });
document('a packument that expands', (q, s) => {
        const zeros = zlib.gzipSync(Buffer.alloc(200 << 20));
        send(s, 200, zeros, { 'Content-Encoding': 'gzip' });
}, /^failed EFBIG: .*larger than 64 MiB/, { limit: 30000 });
document('a compressed packument', (q, s) => send(s, 200, zlib.gzipSync(packument('a')), { 'Content-Encoding': 'gzip' }), /^packument/);
document('a packument in no known encoding', (q, s) => send(s, 200, 'x', { 'Content-Encoding': 'gzip' }), /^failed/);

// -- no server at all
tests.unreachable = async () => {
        const server = await serve(() => {});
        server.close();
        let result = await client({ rc: `registry=${server.url}` });
        ok(/^failed ECONNREFUSED: the registry cannot be reached for package 'a': http:\/\/127\.0\.0\.1:\d+\/a: cannot connect/.test(result.out), 'a closed port', result);
        result = await client({ rc: 'registry=http://registry.invalid/' });
        ok(/^failed EHOSTUNREACH: .*cannot resolve the host name/.test(result.out) && result.ms < 5000, 'an unknown name', result);
        result = await client({ rc: 'registry=ftp://registry.invalid/' });
        ok(/^refused EPROTONOSUPPORT/.test(result.out), 'a registry that is no http address', result);
};

// -- the cache
tests.cache = async () => {
        let version = 1, control;
        const server = await serve((q, s) => {
                const etag = `"${version}"`, body = packument('a').replace('1.0.0', `${version}.0.0`);
                const headers = { ETag: etag, ...(control && { 'Cache-Control': control }) };
                if (q.headers['if-none-match'] === etag)
                        return s.writeHead(304, headers).end();
                return send(s, 200, body, headers);
        });
        const cache = fresh('cache'), rc = `registry=${server.url}`;
        const ask = async (flags, expected, requests, what) => {
                const before = server.requests.length, result = await client({ cache, rc, flags });
                ok(expected.test(result.out) && server.requests.length - before === requests, what,
                        { ...result, requests: server.requests.length - before });
        };
        await ask(['--offline'], /^failed ENONET: package 'a' is not in the cache/, 0, 'offline with an empty cache');
        await ask([], /^packument a 1/, 1, 'asked for the first time');
        await ask([], /^packument a 1/, 0, 'fresh in the cache');
        await ask(['--confirm'], /^packument a 1/, 1, 'confirmed by the registry');
        ok(server.requests.at(-1).headers['if-none-match'] === '"1"', 'by its ETag');
        version = 2;
        await ask([], /^packument a 1/, 0, 'not yet stale');
        await ask(['--confirm'], /^packument a 2/, 1, 'changed');
        await ask(['--offline'], /^packument a 2/, 0, 'offline from the cache');
        version = 3, control = 'no-cache';
        await ask(['--confirm'], /^packument a 3/, 1, 'no-cache');
        await ask([], /^packument a 3/, 1, 'no-cache is asked about each time');
        await ask(['--prefer-offline'], /^packument a 3/, 0, 'prefer-offline does not ask');
        control = 'public, max-age=0';
        await ask([], /^packument a 3/, 1, 'max-age=0');
        version = 4, control = 'max-age=1000, no-store';
        await ask([], /^packument a 4/, 1, 'no-store');
        await ask(['--offline'], /^packument a 3/, 0, 'is not kept');
        for (const name of fs.readdirSync(path.join(cache, 'documents'))) {
                const file = path.join(cache, 'documents', name), data = fs.readFileSync(file);
                data[data.length - 5] ^= 1;
                fs.writeFileSync(file, data);
        }
        control = undefined;
        await ask(['--offline'], /^failed ENONET/, 0, 'a damaged document is none');
        await ask([], /^packument a 4/, 1, 'and is fetched again');
        for (const name of fs.readdirSync(path.join(cache, 'documents')))
                fs.truncateSync(path.join(cache, 'documents', name), 50);
        await ask([], /^packument a 4/, 1, 'so is one cut short');
        ok((await run(program, [cache, 'clean'])).status === 0 && nothingIn(cache), 'clean empties it');
        await ask(['--offline'], /^failed ENONET/, 0, 'nothing is left');
        server.close();
};

tests['tarball cache'] = async () => {
        const server = await serve((q, s) => send(s, 200, small));
        const cache = fresh('cache'), rc = `registry=${server.url}`, url = `${server.url}a.tgz`, hash = sri(small);
        const ask = async (flags, expected, requests, what) => {
                const before = server.requests.length, dir = fresh();
                const result = await client({ cache, rc, flags, dir, url, hash });
                ok(expected.test(result.out) && server.requests.length - before === requests, what,
                        { ...result, requests: server.requests.length - before });
        };
        await ask(['--offline'], /^failed ENONET|^refused ENONET/, 0, 'a tarball, offline, from an empty cache');
        await ask([], /^tarball/, 1, 'a tarball from the server');
        await ask([], /^tarball.*cached/, 0, 'then from the cache');
        await ask(['--offline'], /^tarball.*cached/, 0, 'also offline');
        const file = path.join(cache, 'tarballs', tarballsIn(cache)[0]);
        const damage = (f) => { const data = fs.readFileSync(file); fs.writeFileSync(file, f(data)); };
        damage((data) => { data[30] ^= 1; return data; });
        await ask(['--offline'], /ENONET/, 0, 'damaged in the cache, offline: refused');
        ok(tarballsIn(cache).length === 0, 'and forgotten');
        await ask([], /^tarball/, 1, 'fetched again');
        damage((data) => data.subarray(0, 20));
        await ask([], /^tarball sha512-\S+ 1 files 12 bytes$/m, 1, 'cut short: fetched again');
        damage(() => Buffer.alloc(0));
        await ask([], /^tarball/, 1, 'empty: fetched again');
        damage((data) => Buffer.concat([data, Buffer.from('x')]));
        await ask([], /^tarball/, 1, 'too long: fetched again');
        fs.rmSync(file);
        fs.symlinkSync('/etc/passwd', file);
        await ask([], /^tarball/, 1, 'a link in its place: fetched again');
        server.close();
};

// Many at once in one cache, some killed: what is in it afterwards is whole. A cache that is full already is read within a
// few milliseconds, so every round begins with an empty one.
tests.killed = async () => {
        const tarballs = Array.from({ length: 30 }, (_, i) => tarball(JSON.stringify({ i, x: 'x'.repeat(i * 1000) })));
        const server = await serve((q, s) => send(s, 200, tarballs[Number(q.url.slice(1))]));
        const rc = npmrc(`registry=${server.url}\n`);
        const input = tarballs.map((data, i) => `f${i} a ${server.url}${i} ${sri(data)}\n`).join('');
        const one = (where, killAfter) => run(program, ['--npmrc', rc, where, 'tarballs', fresh()], { input, killAfter });
        let killed = 0, runs = 0, { ms } = await one(fresh('cache')), cache;
        while (killed < 20 && runs < 400) {
                cache = fresh('cache');
                const results = await Promise.all(Array.from({ length: 4 }, () => one(cache, 1 + Math.random() * ms)));
                runs += results.length;
                killed += results.filter((result) => result.signal).length;
                const whole = results.filter((result) => !result.signal).map((result) => result.ms);
                ms = whole.length ? Math.max(...whole) : ms;
                if (!fs.existsSync(path.join(cache, 'tarballs')))
                        continue;
                for (const name of tarballsIn(cache)) {
                        const digest = crypto.createHash('sha512').update(fs.readFileSync(path.join(cache, 'tarballs', name))).digest('hex');
                        if (name !== `sha512-${digest}`)
                                ok(false, `${name} is not whole`);
                }
        }
        ok(killed >= 20, `${killed} of ${runs} runs were killed`);
        const last = await one(cache);
        ok(last.status === 0 && last.out.split('\n').filter((line) => /^tarball/.test(line)).length === 30, 'the next run works', last);
        const leftover = path.join(cache, 'temporary', 'leftover');
        fs.writeFileSync(leftover, '');
        fs.utimesSync(leftover, 1, Date.now() / 1000 - 7200);
        await one(cache);
        ok(!fs.existsSync(leftover), 'old leftovers are cleared');
        server.close();
};

tests['many at once'] = async () => {
        let open = 0, most = 0;
        const server = await serve((q, s) => {
                most = Math.max(most, ++open);
                setTimeout(() => { open--; send(s, 200, small); }, 20);
        });
        const input = Array.from({ length: 300 }, (_, i) => `f${i} a ${server.url}${i} ${sri(small, i % 2 ? 'sha512' : 'sha384')}\n`).join('');
        const dir = fresh();
        let result = await run(program, ['--npmrc', npmrc(`registry=${server.url}`), fresh('cache'), 'tarballs', dir], { input });
        ok(result.status === 0 && fs.readdirSync(dir).length === 300 && most <= 32, `300 tarballs, at most 32 at once (${most})`, result.err);
        most = 0;
        result = await run(program, ['--npmrc', npmrc(`registry=${server.url}\nmaxsockets=3`), fresh('cache'), 'tarballs', fresh()], { input });
        ok(result.status === 0 && most === 3, `with maxsockets=3 at most 3 (${most})`, result.err);
        server.close();
};

runTests(tests, pattern);
