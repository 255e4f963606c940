// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A private registry as people run them, with a scope that only those with a token may read.
// verdaccio.js REGISTRY-CLIENT PM2-FETCH FOLDER-WITH-VERDACCIO. TAP.
'use strict';

const crypto = require('crypto');
const { ok, done, fresh, npmrc, run, install } = require('./lib.js');
const tar = require('./tar.js');
const { start, put, login: register } = require('./verdaccio-server.js');
const publishing = require('./publish-test.js');

const [program, fetcher, folder] = process.argv.slice(2);

async function publish(registry, name, token, dependencies = {}) {
        const data = tar.gzip(tar.archive(tar.file('package/package.json', JSON.stringify({ name, version: '1.0.0', main: 'a.js', dependencies })),
                tar.file('package/a.js', '')));
        const file = `${name.split('/').pop()}-1.0.0.tgz`;
        const integrity = `sha512-${crypto.createHash('sha512').update(data).digest('base64')}`;
        const version = { name, version: '1.0.0', main: 'a.js', dependencies, _id: `${name}@1.0.0`,
                dist: { integrity, shasum: crypto.createHash('sha1').update(data).digest('hex'), tarball: `${registry.url}${name}/-/${file}` } };
        await put(registry.url + name.replace('/', '%2f'), { _id: name, name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version },
                _attachments: { [file]: { content_type: 'application/octet-stream', data: data.toString('base64'), length: data.length } } }, token);
        return { url: version.dist.tarball, integrity };
}

(async () => {
        const registry = await start(folder, fresh('verdaccio'));
        const token = await register(registry);
        const open = await publish(registry, 'open', token), secret = await publish(registry, '@acme/secret', token, { open: '^1.0.0' });
        const scope = `@acme:registry=${registry.url}\n`, login = `//${registry.host}/:_authToken=${token}\n`;
        const password = `//${registry.host}/:username=alice\n//${registry.host}/:_password=${Buffer.from('open sesame').toString('base64')}\n`;
        const ask = (name, rc) => run(program, ['--npmrc', npmrc(rc), fresh('cache'), 'packument', name]);
        const get = (name, { url, integrity }, rc) => run(program, ['--npmrc', npmrc(rc), fresh('cache'), 'tarballs', fresh()],
                { input: `got ${name} ${url} ${integrity}\n` });
        const refused = (result) => result.status === 1 && /^failed EACCES: .*(requires a login|denied access)/.test(result.out) &&
                !(result.out + result.err).includes(token);
        const check = (result, good, what) => ok(good && !(result.out + result.err).includes(token), what, result);
        let result;

        result = await ask('open', `registry=${registry.url}`);
        check(result, result.out === 'packument open 1.0.0\n', 'what is open to all');
        result = await get('open', open, `registry=${registry.url}`);
        check(result, /^tarball sha512/.test(result.out), 'and its tarball');
        result = await ask('@acme/secret', scope + login);
        check(result, result.out === 'packument @acme/secret 1.0.0\n', 'what is for some, with the token');
        result = await get('@acme/secret', secret, scope + login);
        check(result, /^tarball sha512/.test(result.out), 'and its tarball');
        result = await ask('@acme/secret', scope + password);
        check(result, result.status === 0, 'with name and password');
        check(result = await ask('@acme/secret', scope), refused(result), 'without the token it is refused');
        check(result = await get('@acme/secret', secret, scope), refused(result), 'and its tarball');
        result = await ask('@acme/secret', `${scope}//${registry.host}/:_authToken=wrong\n`);
        check(result, result.status === 1 && /^failed EACCES/.test(result.out), 'with a wrong token it is refused');
        result = await ask('@acme/nothing', scope + login);
        check(result, /^failed ENOENT: package '@acme\/nothing' at .*no such package/.test(result.out), 'what does not exist');

        const rc = `registry=${registry.url}\n`;
        result = await install(fetcher, '@acme/secret', { npmrc: [rc, login] });
        check(result, result.answer.name === '@acme/secret' && result.answer.packages === 2, 'an install with the token');
        result = await install(fetcher, '@acme/secret', { npmrc: [rc] });
        check(result, /requires a login/.test(result.answer.error), 'an install without it');
        await publishing(fetcher, registry, token);
        registry.child.kill();
        done();
})().catch((error) => {
        console.log(`Bail out! ${error.stack}`);
        process.exit(1);
});
