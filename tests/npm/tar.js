// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Tar archives byte by byte, valid and otherwise, for tests that need ones no tool would make.
'use strict';

const zlib = require('zlib');

const padded = (b) => Buffer.concat([b, Buffer.alloc(-b.length & 511)]);

// A number field: octal text, or base-256 for what does not fit (or a Buffer as it is).
function number(value, length) {
        if (Buffer.isBuffer(value))
                return value;
        const text = value.toString(8);
        if (value >= 0 && text.length < length)
                return Buffer.from(text.padStart(length - 1, '0') + '\0');
        const field = Buffer.alloc(length);
        let rest = BigInt(value);
        for (let i = length - 1; i >= 0; i--, rest >>= 8n)
                field[i] = Number(rest & 255n);
        field[0] |= 0x80;
        return field;
}

// { name, type, mode, size, link, prefix, uid, gid, magic, checksum }, all but the name optional.
function header({ name, type = '0', mode = 0o644, size = 0, link = '', prefix = '', uid = 0, gid = 0,
        magic = 'ustar\x0000', checksum, major = 0, minor = 0 }) {
        const h = Buffer.alloc(512);
        Buffer.from(name).copy(h, 0, 0, 100);
        number(mode, 8).copy(h, 100);
        number(uid, 8).copy(h, 108);
        number(gid, 8).copy(h, 116);
        number(size, 12).copy(h, 124);
        number(499162500, 12).copy(h, 136);
        h.write(' '.repeat(8) + type, 148, 'latin1');
        Buffer.from(link).copy(h, 157, 0, 100);
        h.write(magic, 257, 'latin1');
        number(major, 8).copy(h, 329);
        number(minor, 8).copy(h, 337);
        Buffer.from(prefix).copy(h, 345, 0, 155);
        const sum = h.reduce((a, b) => a + b, 0);
        h.write((checksum ?? sum).toString(8).padStart(6, '0') + '\0 ', 148, 'latin1');
        return h;
}

const file = (name, content = '', more = {}) => {
        const data = Buffer.from(content);
        return Buffer.concat([header({ name, size: data.length, ...more }), padded(data)]);
};
const folder = (name, more = {}) => header({ name, type: '5', mode: 0o755, ...more });
const symlink = (name, link, more = {}) => header({ name, type: '2', link, ...more });
const hardlink = (name, link, more = {}) => header({ name, type: '1', link, ...more });

function paxRecord(key, value) {
        const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
        let length = rest.length;
        while (String(length).length + rest.length !== length)
                length = String(length).length + rest.length;
        return Buffer.concat([Buffer.from(String(length)), rest]);
}
const paxRaw = (data, type = 'x', more = {}) => file('PaxHeader', data, { type, ...more });
const pax = (records, type = 'x') =>
        paxRaw(Buffer.concat(Object.entries(records).map(([key, value]) => paxRecord(key, value))), type);
const longName = (name) => file('././@LongLink', Buffer.concat([Buffer.from(name), Buffer.from('\0')]),
        { type: 'L', magic: 'ustar  \0' });

const end = Buffer.alloc(1024);
const archive = (...parts) => Buffer.concat([...parts, end]);
const gzip = (data) => zlib.gzipSync(data, { level: 1 });

module.exports = { header, file, folder, symlink, hardlink, pax, paxRaw, paxRecord, longName, archive, gzip, end };
