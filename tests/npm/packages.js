// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A registry on loopback of packages that are written down in a test.
'use strict';

const crypto = require('crypto');
const { serve } = require('./lib.js');
const tar = require('./tar.js');

const sri = (data) => `sha512-${crypto.createHash('sha512').update(data).digest('base64')}`;

// A registry of packages { name: { version: { …package.json, _files: { path: content }, _time: when } } }. The form for
// installers does not have the time.
async function registry(packages, tweak = () => {}) {
        const tarballs = new Map();
        const answer = (q, s) => {
                if (tweak(q, s) === true)
                        return undefined;
                const name = decodeURIComponent(q.url.slice(1)), body = tarballs.get(q.url);
                if (body)
                        return s.writeHead(200, { 'Content-Length': body.length }).end(body);
                if (!packages[name])
                        return s.writeHead(404).end('{"error":"Not found"}');
                const text = JSON.stringify(document(name, !/install-v1/.test(q.headers.accept)));
                return s.writeHead(200, { 'Content-Length': Buffer.byteLength(text), ETag: `"${sri(text).slice(7, 20)}"` }).end(text);
        };
        const server = await serve(answer);
        const document = (name, full) => {
                const versions = {}, time = {};
                for (const [version, { _files = {}, _time, _dist, ...manifest }] of Object.entries(packages[name])) {
                        const text = { name, version, ...manifest };
                        const data = pack({ 'package.json': JSON.stringify(text), ..._files });
                        const url = `/${name}/-/${name.split('/').pop()}-${version}.tgz`;
                        tarballs.set(url, data);
                        versions[version] = { ...text, dist: { integrity: sri(data), tarball: server.url + url.slice(1), ..._dist } };
                        if (_time)
                                time[version] = _time;
                }
                return { name, 'dist-tags': { latest: Object.keys(versions).at(-1) }, versions, ...(full && Object.keys(time).length && { time }) };
        };
        Object.keys(packages).forEach(document);
        return { ...server, tarballs, answer, publish: (name) => document(name) };
}

const pack = (files) => tar.gzip(tar.archive(...Object.entries(files).map(([name, content]) =>
        (typeof content === 'string' ? tar.file(`package/${name}`, content) : content))));

module.exports = { pack, registry, sri };
