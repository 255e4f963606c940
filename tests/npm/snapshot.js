#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A registry on loopback that answers from a folder, and fetches what is not there yet from the first of other
// registries that has it: what was asked for once never changes any more, so that two installers can be compared.
//
//   snapshot.js DIR [UPSTREAM…]
//
// Prints its URL on one line. Without UPSTREAM it answers 404 to what DIR does not hold. DIR/<name>.json is the full
// document of a package, DIR/<name>.short.json the abbreviated one ("/" in names written "+"), DIR/-/ has the archives.
'use strict';

const fs = require('fs');
const http = require('http');
const path = require('path');

const [dir, ...upstreams] = process.argv.slice(2);
const SHORT = 'application/vnd.npm.install-v1+json';
fs.mkdirSync(path.join(dir, '-'), { recursive: true });

const once = new Map();
const single = (key, f) => {
        if (!once.has(key))
                once.set(key, f().finally(() => once.delete(key)));
        return once.get(key);
};

async function download(address, file, accept) {
        for (let attempt = 1; ; attempt++) {
                try {
                        const response = await fetch(address, { headers: accept ? { accept } : {} });
                        if (response.status === 404 || response.status === 405)
                                return false;
                        if (!response.ok)
                                throw new Error(`${response.status}`);
                        const body = Buffer.from(await response.arrayBuffer());
                        fs.writeFileSync(`${file}.${process.pid}`, body);
                        fs.renameSync(`${file}.${process.pid}`, file);
                        return true;
                } catch (error) {
                        if (attempt === 4)
                                throw error;
                }
        }
}

// Both documents of a package are taken at the same time: they must agree.
async function fetchPackument(name, base) {
        for (const upstream of upstreams) {
                const address = upstream + name.replace('/', '%2f');
                const short = await download(address, `${base}.short.json`, SHORT);
                if (short && await download(address, `${base}.json`, 'application/json'))
                        return base;
        }
        fs.writeFileSync(`${base}.absent`, '');
        return null;
}

async function packument(name) {
        const base = path.join(dir, name.replace('/', '+'));
        if (fs.existsSync(`${base}.json`))
                return base;
        if (!upstreams.length || fs.existsSync(`${base}.absent`))
                return null;
        return single(name, () => fetchPackument(name, base));
}

async function archive(urlPath) {
        const file = path.join(dir, '-', encodeURIComponent(urlPath));
        if (fs.existsSync(file))
                return file;
        return single(file, async () => {
                for (const upstream of upstreams)
                        if (await download(new URL(urlPath, upstream).href, file))
                                return file;
                return null;
        });
}

const server = http.createServer(async (request, response) => {
        const end = (status, type, body) => {
                response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
                response.end(body);
        };
        try {
                if (request.method !== 'GET') // an audit: nothing is known of anything
                        return request.resume().on('end', () => end(200, 'application/json', '{}'));
                const urlPath = new URL(request.url, 'http://localhost').pathname;
                if (/\/-\/.*\.t/.test(urlPath)) {
                        const file = await archive(urlPath);
                        return file ? end(200, 'application/octet-stream', fs.readFileSync(file)) : end(404, 'text/plain', 'no such archive');
                }
                const base = await packument(decodeURIComponent(urlPath.slice(1)));
                if (!base)
                        return end(404, 'application/json', '{"error":"Not found"}');
                const short = (request.headers.accept || '').includes(SHORT);
                const text = fs.readFileSync(base + (short ? '.short.json' : '.json'), 'utf8');
                const self = `"tarball":"http://127.0.0.1:${server.address().port}/`;
                end(200, short ? SHORT : 'application/json', text.replace(/"tarball":"https?:\/\/[^/"]+\//g, self));
        } catch (error) {
                end(502, 'text/plain', String(error));
        }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
process.on('SIGTERM', () => process.exit(0));
