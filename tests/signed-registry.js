#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The registry of registry.js, which signs what it serves, rightly and wrongly:
//
//   signed-registry.js --packages DIR --state FILE --ids FILE
//
// FILE of --ids gets the ids of its keys, {"a": "SHA256:…", "b": …, "p384": …}; that of --state is read at each request:
//
//   {"keys": ["a"],               which of them its document lists
//    "expires": {"a": TIME},      and when they expire
//    "keyid": {"a": ID},          an id that is another one than the key's
//    "key": {"a": TEXT},          other key material under its id
//    "document": TEXT,            in place of the document; "deep" and "large" are made here
//    "status": 404,               for the document
//    "sign": {"*": ["a"], "name@1.0.0": []},    the keys that sign a version
//    "over": {"name@1.0.0": TEXT},              what is signed, instead of name, version and hash
//    "signatures": {"name@1.0.0": JSON},        in place of its signatures
//    "time": {"1.0.0": TIME},                   when versions were published
//    "as": {"name@2.0.0": "other@1.0.0"}}       a version as another one is described
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const { Registry } = require('./registry.js');

// An id as npm's own registry makes it: the hash of the key in SSH's form.
function keyid(spki, curve) {
        const text = (bytes) => {
                const length = Buffer.alloc(4);
                length.writeUInt32BE(bytes.length);
                return Buffer.concat([length, Buffer.from(bytes)]);
        };
        const form = Buffer.concat([text(`ecdsa-sha2-${curve}`), text(curve), text(spki.subarray(-65))]);
        return 'SHA256:' + crypto.createHash('sha256').update(form).digest('base64').replace(/=+$/, '');
}

function makeKey(namedCurve, curve) {
        const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve });
        const spki = publicKey.export({ type: 'spki', format: 'der' });
        return { privateKey, key: spki.toString('base64'), keyid: keyid(spki, curve), keytype: `ecdsa-sha2-${curve}` };
}

class SignedRegistry extends Registry {
        constructor({ packages, state }) {
                super({ packages, intercept: (request, response) => this.answerKeys(request, response) });
                this.file = state;
                this.made = new Map(); // signatures: there is chance in each, and a registry makes one once
                this.pairs = { a: makeKey('P-256', 'nistp256'), b: makeKey('P-256', 'nistp256'), p384: makeKey('P-384', 'nistp384') };
        }

        get state() {
                return JSON.parse(fs.readFileSync(this.file, 'utf8'));
        }

        ids() {
                return Object.fromEntries(Object.entries(this.pairs).map(([name, pair]) => [name, pair.keyid]));
        }

        id(name) {
                return this.state.keyid?.[name] ?? this.pairs[name].keyid;
        }

        sign(key, text) {
                const name = `${key} ${text}`;
                if (!this.made.has(name))
                        this.made.set(name, crypto.createSign('SHA256').update(text).sign(this.pairs[key].privateKey, 'base64'));
                return this.made.get(name);
        }

        document() {
                const { document, keys = ['a'], expires = {}, key = {} } = this.state;
                if (document === 'deep')
                        return '{"keys":' + '['.repeat(30000) + ']'.repeat(30000) + '}';
                if (document === 'large')
                        return '{"keys":[' + ' '.repeat(4 << 20) + ']}';
                return document ?? JSON.stringify({
                        keys: keys.map((name) => ({
                                expires: expires[name] ?? null, keyid: this.id(name), keytype: this.pairs[name].keytype,
                                scheme: this.pairs[name].keytype, key: key[name] ?? this.pairs[name].key,
                        })),
                });
        }

        answerKeys(request, response) {
                if (request.url !== '/-/npm/v1/keys')
                        return false;
                const status = this.state.status ?? 200;
                this.send(request, response, status, 'application/json', Buffer.from(status === 200 ? this.document() : '{}'));
                return true;
        }

        manifest(name, version, dir, base) {
                const { sign = {}, over = {}, signatures = {} } = this.state;
                const manifest = super.manifest(name, version, dir, base), label = `${name}@${version}`;
                const text = over[label] ?? `${label}:${manifest.dist.integrity}`;
                const made = (sign[label] ?? sign['*'] ?? ['a']).map((key) => ({ keyid: this.id(key), sig: this.sign(key, text) }));
                if (label in signatures)
                        manifest.dist.signatures = signatures[label];
                else if (made.length > 0)
                        manifest.dist.signatures = made;
                return manifest;
        }

        packument(name, base, abbreviated) {
                const packument = super.packument(name, base, abbreviated), { time, as = {} } = this.state;
                for (const version of Object.keys(packument?.versions ?? {})) {
                        const [, other, otherVersion] = /^(.+)@(.+)$/.exec(as[`${name}@${version}`] ?? '') ?? [];
                        if (other)
                                packument.versions[version] = super.packument(other, base, abbreviated).versions[otherVersion];
                }
                if (packument?.time)
                        Object.assign(packument.time, time);
                return packument;
        }
}

async function main(argv) {
        const options = {};
        while (argv.length > 0) {
                const [option, value] = argv.splice(0, 2);
                options[option.replace(/^--/, '')] = value;
        }
        const registry = new SignedRegistry({ packages: [options.packages], state: options.state });
        fs.writeFileSync(options.ids, JSON.stringify(registry.ids()));
        process.on('SIGTERM', () => registry.close().then(() => process.exit(0)));
        console.log(await registry.listen());
}

module.exports = { SignedRegistry };

if (require.main === module)
        main(process.argv.slice(2)).catch((error) => {
                console.error(`signed-registry: ${error.message}`);
                process.exit(1);
        });
