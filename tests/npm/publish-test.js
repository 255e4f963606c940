// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Publishing by pm2-fetch: to the registry given, and to servers that misbehave.
'use strict';

const fs = require('fs');
const path = require('path');
const { ok, fresh, npmrcFiles, run, serve } = require('./lib.js');

// A folder with these files; package.json from an object.
function folder(files, base = fresh('package')) {
        for (const [name, content] of Object.entries(files)) {
                fs.mkdirSync(path.dirname(path.join(base, name)), { recursive: true });
                fs.writeFileSync(path.join(base, name), typeof content === 'string' ? content : JSON.stringify(content));
        }
        return base;
}

module.exports = async (fetcher, registry, token) => {
        const rc = `registry=${registry.url}\n//${registry.host}/:_authToken=${token}\n`;
        const call = async (mode, request) => {
                const result = await run(fetcher, [mode], { input: JSON.stringify({ ...request, npmrc: npmrcFiles(request.npmrc ?? [rc]) }) });
                return { ...result, answer: JSON.parse(result.out || '{}') };
        };
        const publish = (dir, more) => call('publish', { folder: dir, ...more });
        const check = (result, good, what) => ok(good && !(result.out + result.err).includes(token), what, result);
        const known = async (name) => (await fetch(registry.url + name)).json();
        const version = (name, number, more = {}) => folder({ 'package.json': { name, version: number, bin: './b.js', files: ['a.js'], ...more }, 'a.js': '1', 'b.js': '#!/usr/bin/env node\n', 'README.md': '# hi\n', x: '' });
        const one = version('made', '1.0.0', { bundledDependencies: [], _secret: 1 });
        let result, doc;

        result = await publish(one, { npmrc: [`registry=${registry.url}`] });
        check(result, /^there are no credentials for http.* in \.npmrc; run 'npm login'/.test(result.answer.error), 'without credentials nothing is published');
        result = await publish(one, { npmrc: [`registry=${registry.url}\n//${registry.host}/:_authToken=\${TOKEN}`] });
        check(result, /'\/\/.*:_authToken' in \/npmrc-0 names the variable TOKEN, which is not set/.test(result.answer.error), 'a token in a variable that is not set');
        result = await publish(one, { npmrc: [`registry=${registry.url}`], dry_run: true });
        check(result, result.answer.published === false && result.answer.files.length === 4, 'a dry run says what would be');
        ok((await known('made')).error, '... and publishes nothing');
        result = await publish(one, { npmrc: [`registry=${registry.url}\n//${registry.host}/:_authToken=wrong`] });
        check(result, /^publishing at .*(credentials|forbids|login)/.test(result.answer.error), 'a wrong token is refused');

        result = await publish(one);
        check(result, result.answer.published === true && result.answer.tag === 'latest' && result.answer.version === '1.0.0', 'with the token it is published');
        doc = (await known('made')).versions['1.0.0'];
        ok(doc.dist.integrity === result.answer.integrity && doc.dist.shasum === result.answer.shasum, '... with what it is to be checked by', doc);
        ok(doc.bin.made === 'b.js' && doc.readmeFilename === 'README.md' && (await known('made')).readme === '# hi\n' && doc._secret === undefined, '... and what installers need', doc);
        const dir = fresh('npm');
        fs.writeFileSync(path.join(dir, '.npmrc'), rc);
        fs.writeFileSync(path.join(dir, 'package.json'), '{}');
        result = await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', dir, '--cache', fresh('cache'), '--userconfig', path.join(dir, '.npmrc'), 'made'], { env: { HOME: dir } });
        check(result, fs.existsSync(path.join(dir, 'node_modules/.bin/made')) && !fs.existsSync(path.join(dir, 'node_modules/made/x')), 'npm installs it');

        result = await publish(one);
        check(result, /^made@1\.0\.0 is already published at .*; raise 'version'/.test(result.answer.error), 'a version is published once');
        result = await publish(version('made', 'v1.0'));
        check(result, /field 'version' is not a valid version/.test(result.answer.error), 'what is no version is not published');
        result = await publish(version('made', '0.9.0'));
        check(result, /made 1\.0\.0 is already published.*--tag=NAME/.test(result.answer.error), 'a lower one is not "latest"');
        result = await publish(version('made', '0.9.0'), { tag: 'old' });
        check(result, result.answer.published, '... but may be with a tag');
        ok((doc = (await known('made'))['dist-tags']).old === '0.9.0' && doc.latest === '1.0.0', '... which is all it changes', doc);
        result = await publish(version('made', '2.0.0-rc.1'));
        check(result, /prerelease.*--tag=NAME/.test(result.answer.error), 'a prerelease is not "latest"');
        result = await publish(version('made', '2.0.0-rc.1', { publishConfig: { tag: 'next' } }));
        check(result, result.answer.tag === 'next' && (await known('made'))['dist-tags'].next === '2.0.0-rc.1', '... but may be with a tag of its own');
        result = await publish(version('made', '3.0.0'), { tag: '^1' });
        check(result, /--tag: /.test(result.answer.error), 'a tag is no range');
        result = await publish(version('made', '3.0.0', { private: true }));
        check(result, /'private'.*remove the field/.test(result.answer.error), 'what is private is not published');
        result = await publish(version('made', '3.0.0'), { access: 'restricted' });
        check(result, /--access=restricted: only a name with a scope/.test(result.answer.error), 'only a scope can be restricted');
        result = await publish(version('@acme/made', '1.0.0'), { access: 'restricted' });
        check(result, result.answer.published && result.answer.filename === 'acme-made-1.0.0.tgz', '... and is');

        // scripts: in npm's order, package.json read again after each
        const log = (word) => `echo ${word} $npm_package_version >>log`;
        const scripted = version('scripted', '1.0.0', { scripts: { prepublishOnly: `${log('prepublishOnly')}; sed -i s/1.0.0/1.1.0/ package.json`, prepack: log('prepack'), prepare: log('prepare'), postpack: log('postpack'),
                publish: log('publish'), postpublish: log('postpublish') } });
        result = await publish(scripted, { ignore_scripts: true, dry_run: true });
        check(result, result.answer.version === '1.0.0' && !fs.existsSync(path.join(scripted, 'log')), 'scripts can be left out');
        result = await publish(scripted);
        check(result, result.answer.version === '1.1.0', 'scripts may change package.json');
        const said = fs.readFileSync(path.join(scripted, 'log'), 'utf8').split('\n').join(', ');
        ok(said === 'prepublishOnly 1.0.0, prepack 1.1.0, prepare 1.1.0, postpack 1.1.0, publish 1.1.0, postpublish 1.1.0, ', '... and run in their order', said);
        result = await publish(version('broken', '1.0.0', { scripts: { prepack: 'exit 3' } }));
        check(result, /^the prepack script failed: it exited with status 3/.test(result.answer.error), 'a script that fails ends it');
        ok((await known('broken')).error, '... before anything is published');

        // other servers
        const elsewhere = await serve((request, response) => response.writeHead(201).end('{}'));
        let put = 0, stored = null;
        const bodies = [];
        const server = await serve((request, response) => {
                const parts = [];
                request.on('data', (data) => parts.push(data));
                request.on('end', () => {
                        const refuse = (status, headers, text) => response.writeHead(status, headers).end(JSON.stringify({ error: text }));
                        if (request.method === 'GET')
                                return stored && request.url === '/lost' ? response.end(stored) : refuse(404, {}, 'not found');
                        bodies.push(Buffer.concat(parts).toString());
                        if (request.url === '/otp')
                                return request.headers['npm-otp'] === '123456' ? response.writeHead(201).end('{}') : refuse(401, { 'www-authenticate': 'OTP' }, 'one-time pass');
                        if (request.url === '/away')
                                return response.writeHead(307, { location: `${elsewhere.url}away` }).end();
                        if (request.url === '/lost' && ++put === 1) {
                                const { versions } = JSON.parse(bodies.at(-1));
                                stored = JSON.stringify({ name: 'lost', versions });
                                return request.socket.destroy();
                        }
                        refuse(409, {}, 'there already');
                });
        });
        const there = { npmrc: [`registry=${server.url}\n//${server.host}/:_authToken=${token}\nfetch-retry-mintimeout=10`] };
        result = await publish(version('otp', '1.0.0'), there);
        check(result, /one-time password; use --otp=CODE/.test(result.answer.error), 'a one-time password is asked for');
        result = await publish(version('otp', '1.0.0'), { ...there, otp: '123456' });
        check(result, result.answer.published, '... and sent');
        const { _attachments: attachments } = JSON.parse(bodies.at(-1));
        ok(Buffer.from(attachments['otp-1.0.0.tgz'].data, 'base64').length === attachments['otp-1.0.0.tgz'].length, '... with a whole tarball');
        result = await publish(version('away', '1.0.0'), there);
        check(result, /refusing to upload to another host/.test(result.answer.error) && elsewhere.requests.length === 0, 'nothing is sent to another host');
        result = await publish(version('lost', '1.0.0'), there);
        check(result, put === 2 && result.answer.published, 'an answer that was lost is not a failure');
        result = await publish(version('taken', '1.0.0'), there);
        check(result, /taken@1\.0\.0 was published .* by another user in the meantime/.test(result.answer.error), 'one that somebody else was first with is');
        server.close();
        elsewhere.close();
};
