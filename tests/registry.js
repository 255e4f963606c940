#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A package registry on loopback, as npm's clients know it, serving packages made from plain folders:
// DIR/<name>/<version>/… and DIR/@scope/<name>/<version>/…, with an optional dist-tags.json beside the versions.
//
//   registry.js [--port N] --packages DIR [--packages DIR]...
//
// Prints its URL on one line once it listens (port 0, the default, takes a free one) and ends on SIGTERM. Folders are
// read at each request, so a version may be added while it runs. Name and version come from the folder: what the
// package.json inside says is served as it is, also when it lies or is not JSON.
//
// As a library: new Registry({ packages: [DIR…], intercept(request, response) { … return true } }) lets a test answer
// some requests itself, and badly.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');
const zlib = require('zlib');

const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;
const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;
const ABBREVIATED = 'application/vnd.npm.install-v1+json';
const ABBREVIATED_FIELDS = [
        'name', 'version', 'deprecated', 'dependencies', 'optionalDependencies', 'devDependencies',
        'bundleDependencies', 'peerDependencies', 'peerDependenciesMeta', 'bin', 'directories', 'dist', 'engines',
        'os', 'cpu', 'libc', 'hasInstallScript', '_hasShrinkwrap', 'funding',
];
const MTIME = Date.UTC(1985, 9, 26, 8, 15) / 1000; // what npm itself writes into its tarballs

function compareIdentifiers(a, b) {
        if (/^\d+$/.test(a) && /^\d+$/.test(b))
                return a - b;
        if (/^\d+$/.test(a) !== /^\d+$/.test(b))
                return /^\d+$/.test(a) ? -1 : 1;
        return a < b ? -1 : a > b ? 1 : 0;
}

function compareVersions(a, b) {
        const x = VERSION.exec(a), y = VERSION.exec(b);
        for (let i = 1; i <= 3; i++)
                if (x[i] !== y[i])
                        return x[i] - y[i];
        if (!x[4] || !y[4])
                return (x[4] ? 0 : 1) - (y[4] ? 0 : 1);
        const p = x[4].split('.'), q = y[4].split('.');
        for (let i = 0; i < Math.min(p.length, q.length); i++)
                if (p[i] !== q[i])
                        return compareIdentifiers(p[i], q[i]);
        return p.length - q.length;
}

// One ustar header; names that do not fit go into a pax header before it.
function tarHeader(name, size, mode, type) {
        const header = Buffer.alloc(512);
        const octal = (value, length) => value.toString(8).padStart(length - 1, '0') + '\0';
        header.write(name, 0, 100);
        header.write(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(MTIME, 12), 100);
        header.write(' '.repeat(8) + type, 148);
        header.write('ustar\0' + '00', 257);
        header.write(octal(header.reduce((sum, byte) => sum + byte, 0), 7) + ' ', 148);
        return header;
}

function tarEntry(name, content, mode) {
        const padded = (b) => Buffer.concat([b, Buffer.alloc(-b.length & 511)]);
        const parts = [];
        if (Buffer.byteLength(name) > 100 || /[^\x20-\x7e]/.test(name)) {
                let record = ` path=${name}\n`, length = Buffer.byteLength(record);
                while (Buffer.byteLength(length + record) !== length)
                        length = Buffer.byteLength(length + record);
                record = Buffer.from(length + record);
                parts.push(tarHeader('PaxHeader', record.length, 0o644, 'x'), padded(record));
        }
        parts.push(tarHeader(Buffer.byteLength(name) > 100 ? 'long' : name, content.length, mode, '0'), padded(content));
        return Buffer.concat(parts);
}

function filesBelow(dir, prefix = '') {
        return fs.readdirSync(path.join(dir, prefix), { withFileTypes: true })
                .sort((a, b) => (a.name < b.name ? -1 : 1))
                .flatMap((entry) => {
                        const name = prefix + entry.name;
                        return entry.isDirectory() ? filesBelow(dir, name + '/') : entry.isFile() ? [name] : [];
                });
}

// The same bytes for the same folder, wherever and whenever.
function tarball(dir) {
        const entries = filesBelow(dir).map((name) => {
                const file = path.join(dir, name);
                return tarEntry('package/' + name, fs.readFileSync(file), fs.statSync(file).mode & 0o100 ? 0o755 : 0o644);
        });
        return zlib.gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]), { level: 9 });
}

function readJson(file, otherwise) {
        try {
                return JSON.parse(fs.readFileSync(file, 'utf8'));
        } catch (error) {
                return otherwise;
        }
}

class Registry {
        constructor({ packages, intercept = () => false }) {
                this.packages = packages.map((dir) => path.resolve(dir));
                this.intercept = intercept;
                this.requests = []; // "METHOD path" of every request, for tests that count
                this.server = http.createServer((request, response) => this.answer(request, response));
        }

        // Resolves to the URL, which ends in a slash.
        listen(port = 0) {
                return new Promise((resolve, reject) => {
                        this.server.once('error', reject);
                        this.server.listen(port, '127.0.0.1', () => {
                                this.url = `http://127.0.0.1:${this.server.address().port}/`;
                                resolve(this.url);
                        });
                });
        }

        close() {
                return new Promise((resolve) => {
                        this.server.close(resolve);
                        this.server.closeAllConnections();
                });
        }

        // Version → folder, lowest first.
        versions(name) {
                const found = new Map();
                for (const dir of NAME.test(name) ? this.packages : []) {
                        const entries = fs.existsSync(path.join(dir, name)) ? fs.readdirSync(path.join(dir, name)) : [];
                        for (const version of entries.filter((entry) => VERSION.test(entry)))
                                found.set(version, path.join(dir, name, version));
                }
                return new Map([...found].sort((a, b) => compareVersions(a[0], b[0])));
        }

        distTags(name, versions) {
                const stable = versions.filter((version) => !VERSION.exec(version)[4]);
                const tags = { latest: (stable.length ? stable : versions).slice(-1)[0] };
                return Object.assign(tags, ...this.packages.map((dir) => readJson(path.join(dir, name, 'dist-tags.json'), {})));
        }

        manifest(name, version, dir, base) {
                let manifest = readJson(path.join(dir, 'package.json'), {});
                if (manifest === null || typeof manifest !== 'object' || Array.isArray(manifest))
                        manifest = {};
                const tgz = tarball(dir), scripts = manifest.scripts || {};
                const hash = (algorithm, encoding) => crypto.createHash(algorithm).update(tgz).digest(encoding);
                if (manifest.bundledDependencies) { // npm publishes the one spelling only
                        manifest.bundleDependencies ??= manifest.bundledDependencies;
                        delete manifest.bundledDependencies;
                }
                Object.assign(manifest, { name, version, _id: `${name}@${version}` });
                if (scripts.preinstall || scripts.install || scripts.postinstall)
                        manifest.hasInstallScript = true;
                if (fs.existsSync(path.join(dir, 'npm-shrinkwrap.json')))
                        manifest._hasShrinkwrap = true;
                manifest.dist = {
                        integrity: 'sha512-' + hash('sha512', 'base64'),
                        shasum: hash('sha1', 'hex'),
                        tarball: `${base}${name}/-/${name.split('/').pop()}-${version}.tgz`,
                        fileCount: filesBelow(dir).length,
                };
                return manifest;
        }

        // The whole document of a package, or the form for installers; null if there is none.
        packument(name, base = this.url, abbreviated = false) {
                const versions = this.versions(name), time = new Date(MTIME * 1000).toISOString();
                if (versions.size === 0)
                        return null;
                const all = {};
                for (const [version, dir] of versions) {
                        const full = this.manifest(name, version, dir, base);
                        all[version] = !abbreviated ? full :
                                Object.fromEntries(ABBREVIATED_FIELDS.filter((f) => f in full).map((f) => [f, full[f]]));
                }
                const common = { name, 'dist-tags': this.distTags(name, [...versions.keys()]), versions: all };
                if (abbreviated)
                        return { ...common, modified: time };
                return { _id: name, ...common, time: { created: time, modified: time } };
        }

        send(request, response, status, type, body) {
                const etag = `"${crypto.createHash('sha1').update(body).digest('hex')}"`;
                const fresh = status === 200 && request.headers['if-none-match'] === etag;
                response.writeHead(fresh ? 304 : status, {
                        'Content-Type': type, ETag: etag, ...(fresh ? {} : { 'Content-Length': body.length }),
                });
                response.end(fresh || request.method === 'HEAD' ? undefined : body);
        }

        sendJson(request, response, status, value, type = 'application/json') {
                this.send(request, response, status, type, Buffer.from(JSON.stringify(value)));
        }

        route(request, response) {
                const url = decodeURIComponent(request.url.split('?')[0]).slice(1);
                const base = `http://${request.headers.host}/`;
                const abbreviated = (request.headers.accept || '').includes(ABBREVIATED);
                const [, name, rest] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/.exec(url) || [];
                if (url === '-/ping')
                        return this.sendJson(request, response, 200, {});
                if (!name || request.method !== 'GET' && request.method !== 'HEAD')
                        return this.sendJson(request, response, name ? 405 : 404, { error: 'not found' });
                const file = /^-\/(.*)\.tgz$/.exec(rest || '');
                if (file) {
                        const dir = this.versions(name).get(file[1].slice(name.split('/').pop().length + 1));
                        return dir ? this.send(request, response, 200, 'application/octet-stream', tarball(dir)) :
                                this.sendJson(request, response, 404, { error: 'no such tarball' });
                }
                const packument = this.packument(name, base, abbreviated && !rest);
                if (packument && !rest)
                        return this.sendJson(request, response, 200, packument, abbreviated ? ABBREVIATED : undefined);
                const one = packument && (packument.versions[rest] || packument.versions[packument['dist-tags'][rest]]);
                return one ? this.sendJson(request, response, 200, one) :
                        this.sendJson(request, response, 404, { error: 'Not found' });
        }

        answer(request, response) {
                this.requests.push(`${request.method} ${request.url}`);
                request.resume();
                try {
                        if (!this.intercept(request, response))
                                this.route(request, response);
                } catch (error) {
                        this.sendJson(request, response, error instanceof URIError ? 400 : 500, { error: String(error) });
                }
        }
}

async function main(argv) {
        const packages = [];
        let port = 0;
        while (argv.length > 0) {
                const [option, value] = argv.splice(0, 2);
                if (option === '--packages' && value && fs.existsSync(value))
                        packages.push(value);
                else if (option === '--port' && /^\d+$/.test(value))
                        port = Number(value);
                else
                        throw new Error(`cannot use '${option}' '${value}'; known: --port N, --packages DIR`);
        }
        const registry = new Registry({ packages });
        for (const signal of ['SIGTERM', 'SIGINT'])
                process.on(signal, () => registry.close().then(() => process.exit(0)));
        console.log(await registry.listen(port));
}

module.exports = { Registry, tarball, tarEntry };

if (require.main === module)
        main(process.argv.slice(2)).catch((error) => {
                console.error(`registry: ${error.message}`);
                process.exit(1);
        });
