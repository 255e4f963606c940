// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whom the client shows its credentials, whom it trusts, and through whom it goes.
// credentials-test.js REGISTRY-CLIENT [PATTERN]. TAP.
'use strict';

const { execFileSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const https = require('https');
const path = require('path');
const { base, ok, runTests, fresh, npmrc, run, serve } = require('./lib.js');
const tar = require('./tar.js');

const [program, pattern = ''] = process.argv.slice(2);
const small = tar.gzip(tar.archive(tar.file('package/package.json', '{}')));
const hash = `sha512-${crypto.createHash('sha512').update(small).digest('base64')}`;
const packument = JSON.stringify({ name: 'a', 'dist-tags': { latest: '1.0.0' } });
const token = 'secret-0123456789';
const tests = {};

const answer = (q, s) => {
        const body = q.url.endsWith('.tgz') ? small : packument;
        s.writeHead(200, { 'Content-Length': Buffer.byteLength(body) }).end(body);
};
const get = (rc, url, { flags = [], env, name = 'a' } = {}) => (url ?
        run(program, [...flags, '--npmrc', npmrc(rc), fresh('cache'), 'tarballs', fresh()], { input: `got ${name} ${url} ${hash}\n`, env }) :
        run(program, [...flags, '--npmrc', npmrc(rc), fresh('cache'), 'packument', name], { env }));
const sent = (server) => server.requests.map((request) => request.headers.authorization);
const silent = (result) => !(result.out + result.err).includes(token) && !(result.out + result.err).includes('c2VjcmV0');

tests.forms = async () => {
        const server = await serve(answer);
        const basic = (text) => `Basic ${Buffer.from(text).toString('base64')}`;
        const table = [
                [`//${server.host}/:_authToken=${token}`, `Bearer ${token}`],
                [`//${server.host}/:_authToken="${token}"`, `Bearer ${token}`],
                [`//${server.host}/:_authToken=\${TOKEN}`, `Bearer ${token}`],
                [`//${server.host}:_authToken=${token}`, `Bearer ${token}`],
                [`//${server.host}/:_auth=${Buffer.from('u:p').toString('base64')}`, basic('u:p')],
                [`//${server.host}/:username=u\n//${server.host}/:_password=${Buffer.from('p:ä').toString('base64')}`, basic('u:p:ä')],
                [`//${server.host}/:_authToken=${token}\n//${server.host}/:username=u`, `Bearer ${token}`],
                [`//${server.host}/:username=u`, undefined],
                [`//${server.host}/:_authToken=\${UNSET}`, undefined],
                [`//${server.host}/:_authToken=`, undefined],
                [`//${server.host}/a/b/:_authToken=${token}`, undefined],
                [`//127.0.0.1/:_authToken=${token}`, undefined],
                [`//127.0.0.1:1/:_authToken=${token}`, undefined],
                [`//registry.invalid/:_authToken=${token}`, undefined],
                [`@other:registry=${server.url}\n//${server.host}/:_authToken=${token}`, `Bearer ${token}`],
        ];
        for (const [rc, expected] of table) {
                server.requests.length = 0;
                const result = await get(`registry=${server.url}\n${rc}`, undefined, { env: { TOKEN: token } });
                ok(result.status === 0 && sent(server)[0] === expected && silent(result), `${rc.replace(/\d+\.\S+?\//g, 'HOST/')
                        .replace(/\n/g, ' ')} sends ${expected}`, { ...result, sent: sent(server) });
        }
        for (const key of ['_authToken', '_auth', '_password', '_authtoken']) {
                const result = await get(`registry=${server.url}\n${key}=${token}`);
                ok(result.status === 1 && /error EINVAL: .*names no registry/.test(result.out) && silent(result),
                        `${key} without a registry is refused`, result);
        }
        let result = await get(`registry=${server.url}\n//${server.host}/:_password=%%%\n//${server.host}/:username=u`);
        ok(/EINVAL: .*not valid base64/.test(result.out), 'a password that is not base64 is refused', result);
        result = await get(`registry=${server.url}\n//${server.host}/:_authToken="a\\r\\nX-Evil: 1"`);
        ok(/EINVAL: .*control character/.test(result.out), 'a token with a line end is refused', result);
        result = await get(`registry=http://u:${token}@${server.host}/`);
        ok(/EINVAL: .*credentials; move them/.test(result.out) && silent(result), 'credentials in the registry\'s address are refused', result);
        result = await get('', undefined, { env: { npm_config_registry: server.url, [`npm_config_//${server.host}/:_authToken`]: token } });
        ok(result.status === 0 && sent(server).at(-1) === `Bearer ${token}`, 'by variables', result);
        server.close();
};

tests.prefixes = async () => {
        const server = await serve(answer);
        const rc = `registry=${server.url}a/\n//${server.host}/:_authToken=root\n//${server.host}/a/:_authToken=a\n//${server.host}/a/b/:_authToken=ab\n`;
        for (const [where, expected] of [['a/b/c/x.tgz', 'ab'], ['a/b/x.tgz', 'ab'], ['a/x.tgz', 'a'], ['ab/x.tgz', 'root'], ['x.tgz', 'root'],
                ['a/%62/x.tgz', 'a'], ['a/../x.tgz', 'root'], ['a/b/../../x.tgz', 'root']]) {
                server.requests.length = 0;
                const result = await get(rc, server.url + where);
                ok(sent(server)[0] === `Bearer ${expected}`, `${where} is shown the token of /${expected}`, { ...result, sent: sent(server) });
        }
        server.requests.length = 0;
        await get(`registry=${server.url}a/\n//${server.host}/a/:_authToken=${token}\n`, `${server.url}b/x.tgz`);
        ok(sent(server)[0] === `Bearer ${token}`, 'a tarball elsewhere on the registry\'s host: the registry\'s token, as npm does');
        server.requests.length = 0;
        await get(`registry=http://registry.invalid/\n//${server.host}/a/:_authToken=${token}\n`, `${server.url}b/x.tgz`);
        ok(sent(server)[0] === undefined, 'elsewhere on a host that is not the registry\'s: none');
        server.close();
};

tests['other hosts'] = async () => {
        const other = await serve(answer);
        let redirect = other.url;
        const home = await serve((q, s) => (q.url === '/back.tgz' ? answer(q, s) :
                s.writeHead(302, { Location: redirect + (q.url.slice(1) || 'a') }).end()));
        const rc = `registry=${home.url}\n//${home.host}/:_authToken=${token}\n`;
        let result = await get(rc);
        ok(result.status === 0 && sent(home)[0] && sent(other)[0] === undefined, 'a redirect to another port: no token', result);
        other.requests.length = 0;
        result = await get(rc, `${home.url}a.tgz`);
        ok(result.status === 0 && sent(other)[0] === undefined, 'a tarball redirected to another port: no token', result);
        other.requests.length = 0;
        result = await get(`${rc}//${other.host}/:_authToken=its-own\n`, `${home.url}a.tgz`);
        ok(sent(other)[0] === undefined, 'not even its own: the redirect is not ours to sign', result);
        other.requests.length = 0;
        result = await get(rc, `${other.url}a.tgz`);
        ok(result.status === 0 && sent(other)[0] === undefined, 'a packument that names a tarball on another host: no token', result);
        other.requests.length = 0;
        result = await get(rc, `http://u:p@${other.host}/a.tgz`);
        ok(sent(other)[0] === `Basic ${Buffer.from('u:p').toString('base64')}` && !/u:p/.test(result.out + result.err), 'credentials in an address', result);

        // away and back again
        const bounce = await serve((q, s) => s.writeHead(302, { Location: `${home.url}back.tgz` }).end());
        redirect = bounce.url;
        home.requests.length = 0;
        result = await get(rc, `${home.url}a.tgz`);
        ok(result.status === 0 && home.requests.length === 2 && sent(home)[1] === undefined, 'away and back: no token any more', { ...result, sent: sent(home) });
        redirect = home.url.replace('127.0.0.1', 'localhost');
        home.requests.length = 0;
        result = await get(rc, `${home.url}a.tgz`);
        ok(sent(home).slice(1).every((value) => value === undefined), 'the same host by another name: no token', { ...result, sent: sent(home) });
        for (const server of [other, home, bounce])
                server.close();
};

tests.refusals = async () => {
        const server = await serve((q, s) => (q.headers.authorization === `Bearer ${token}` ? answer(q, s) :
                s.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end('{"error":"login"}')));
        let result = await get(`registry=${server.url}`);
        ok(/^failed EACCES: package 'a' at .*requires a login; add '\/\/127\.0\.0\.1:\d+\/:_authToken/.test(result.out), '401 without a token says how to set one', result);
        result = await get(`registry=${server.url}\n//${server.host}/:_authToken=wrong-${token}`);
        ok(/^failed EACCES: .*rejected the credentials/.test(result.out) && silent(result), '401 with a wrong one says so', result);
        result = await get(`registry=${server.url}\n//${server.host}/:_authToken=${token}`);
        ok(result.status === 0, 'the right one is taken', result);

        const cache = fresh('cache');
        const ask = (rc) => run(program, ['--npmrc', npmrc(`registry=${server.url}\n${rc}`), cache, 'packument', 'a']);
        ok((await ask(`//${server.host}/:_authToken=${token}`)).status === 0 && (await ask('')).status === 1,
                'what was fetched with a token is not found in the cache without it');
        server.close();
};

tests.tls = async () => {
        const file = (name) => path.join(base, name);
        const openssl = (...args) => execFileSync('openssl', args, { cwd: base, stdio: ['ignore', 'ignore', 'ignore'] });
        const extensions = 'subjectAltName=IP:127.0.0.1';
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=ca');
        for (const name of ['server', 'client']) {
                openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
                fs.writeFileSync(file('ext'), extensions);
                openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', `${name}.pem`, '-days', '2', '-extfile', 'ext');
        }
        const pem = (name) => fs.readFileSync(file(name), 'utf8');
        const options = { key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem'), requestCert: true, rejectUnauthorized: false };
        const plain = await serve(answer);
        const secure = await serve((q, s) => {
                const who = q.socket.authorized ? q.socket.getPeerCertificate().subject.CN : 'nobody';
                if (q.url === '/down.tgz')
                        return s.writeHead(302, { Location: `${plain.url}a.tgz` }).end();
                secure.requests.at(-1).who = who;
                return answer(q, s);
        }, (handler) => https.createServer(options, handler), 'https');
        const rc = `registry=${secure.url}\n`;

        let result = await get(rc);
        ok(/^failed EKEYREJECTED: .*not trusted .*cafile/.test(result.out), 'an unknown certificate is not trusted', result);
        result = await get(`${rc}cafile=${file('ca.pem')}`);
        ok(result.status === 0, 'with cafile it is', result);
        result = await get(`${rc}${pem('ca.pem').trim().split('\n\n').map((text) => `ca[]=${JSON.stringify(text)}`).join('\n')}`);
        ok(result.status === 0, 'with ca[] it is', result);
        result = await get(`${rc}ca=${JSON.stringify(pem('ca.pem'))}`);
        ok(result.status === 0, 'with ca it is', result);
        result = await get(`${rc}strict-ssl=false`);
        ok(result.status === 0, 'without strict-ssl it is not looked at', result);
        result = await get(`${rc}cafile=/nonexistent.pem`);
        ok(/^error ENOENT: .*cafile.*nonexistent/.test(result.out), 'a cafile that is not there', result);
        result = await get(`${rc}cafile=${file('ca.key')}`);
        ok(/^failed (EINVAL|EKEYREJECTED)/.test(result.out), 'a cafile without certificates', result);
        result = await get(`registry=${secure.url.replace('127.0.0.1', 'localhost')}\ncafile=${file('ca.pem')}`);
        ok(/^failed EKEYREJECTED/.test(result.out), 'a certificate for another name', result);

        const trusted = `${rc}cafile=${file('ca.pem')}\n`;
        result = await get(`${trusted}//${secure.host}/:certfile=${file('client.pem')}\n//${secure.host}/:keyfile=${file('client.key')}`);
        ok(result.status === 0 && secure.requests.at(-1).who === 'client', 'certfile and keyfile', { ...result, who: secure.requests.at(-1).who });
        result = await get(`${trusted}cert=${JSON.stringify(pem('client.pem'))}\nkey=${JSON.stringify(pem('client.key'))}`);
        ok(result.status === 0 && secure.requests.at(-1).who === 'client', 'cert and key', result);
        result = await get(trusted);
        ok(secure.requests.at(-1).who === 'nobody', 'none of them', result);

        result = await get(`${trusted}//${secure.host}/:_authToken=${token}`, `${secure.url}down.tgz`);
        ok(/^failed EPROTONOSUPPORT: .*from https to http/.test(result.out) && plain.requests.length === 0, 'no redirect from https to http', result);
        const both = await serve((q, s) => answer(q, s));
        result = await get(`registry=https://${both.host}/\n//${both.host}/:_authToken=${token}`, `${both.url}a.tgz`);
        ok(result.status === 0 && sent(both)[0] === undefined, 'what is for https is not sent over http', { ...result, sent: sent(both) });
        for (const server of [plain, secure, both])
                server.close();
};

tests.proxy = async () => {
        const server = await serve(answer);
        const proxy = await serve((q, s) => {
                const target = http.get(q.url, { headers: q.headers }, (r) => { s.writeHead(r.statusCode, r.headers); r.pipe(s); });
                target.on('error', () => s.destroy());
        });
        const rc = `registry=${server.url}\n`;
        const through = async (what, more, expected, env) => {
                proxy.requests.length = 0;
                const result = await get(rc + more, undefined, { env });
                ok(result.status === 0 && proxy.requests.length === expected, what, { ...result, n: proxy.requests.length });
        };
        await through('proxy', `proxy=${proxy.url}`, 1);
        await through('https-proxy serves http too, as npm has it', `https-proxy=${proxy.url}`, 1);
        await through('noproxy', `proxy=${proxy.url}\nnoproxy=127.0.0.1`, 0);
        await through('http_proxy', '', 1, { http_proxy: proxy.url });
        await through('HTTPS_PROXY serves http too', '', 1, { HTTPS_PROXY: proxy.url, http_proxy: 'http://127.0.0.1:1/' });
        await through('NO_PROXY', '', 0, { http_proxy: proxy.url, NO_PROXY: '127.0.0.1,x' });
        await through('proxy=null', 'proxy=null', 0, { http_proxy: proxy.url });
        await through('npm_config_proxy', '', 1, { npm_config_proxy: proxy.url });
        const result = await get(`${rc}proxy=http://u:${token}@127.0.0.1:1/`);
        ok(/^failed ECONNREFUSED/.test(result.out) && silent(result), 'a proxy that is not there; its password is not shown', result);
        server.close();
        proxy.close();
};

runTests(tests, pattern);
