// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Archives as somebody who means harm would make them, and odd ones that mean none. Each has the outcome it must have:
// `refused`, what the reason says; or `files`, what lies in the folder afterwards.
'use strict';

const zlib = require('zlib');
const { header, file, folder, symlink, hardlink, pax, paxRaw, longName, archive, gzip, end } = require('./tar.js');

const GiB = 1024 ** 3;
const fine = file('package/package.json', '{}');
const all = [];

// A part may be a function that makes it: the large ones are not all kept at once.
const build = (parts) => () => gzip(archive(...parts.map((part) => (typeof part === 'function' ? part() : part))));
const refused = (name, reason, ...parts) => all.push({ name, refused: reason, data: build(parts) });
const refusedRaw = (name, reason, data) => all.push({ name, refused: reason, data: () => data });
const taken = (name, files, ...parts) => all.push({ name, files, data: build(parts) });
const takenRaw = (name, files, data) => all.push({ name, files, data: () => data });
const many = (n, make) => () => Buffer.concat(Array.from({ length: n }, (_, i) => make(i)));

// -- names that lead elsewhere
refused('dotdot', /'\.\.'/, fine, file('package/../../evil', 'x'));
refused('dotdot-middle', /'\.\.'/, fine, file('package/a/../../../evil', 'x'));
refused('dotdot-top', /'\.\.'/, fine, file('../evil', 'x'));
refused('dotdot-only', /'\.\.'/, fine, folder('package/..'));
refused('dotdot-folder', /'\.\.'/, fine, folder('package/../../evil/'));
refused('dotdot-harmless', /'\.\.'/, fine, file('package/a/../b', 'x'));
refused('dotdot-pax', /'\.\.'/, fine, pax({ path: 'package/../../evil' }), file('package/x', 'x'));
refused('dotdot-gnu', /'\.\.'/, fine, longName('package/../../evil'), file('package/x', 'x', { magic: 'ustar  \0' }));
refused('dotdot-prefix', /'\.\.'/, fine, file('evil', 'x', { prefix: 'package/../..' }));
refused('dotdot-link', /'\.\.'/, fine, symlink('package/../../evil', 'x'));
refused('absolute', /absolute/, fine, file('/tmp/pm2ctl-evil', 'x'));
refused('absolute-slashes', /absolute/, fine, file('///tmp/pm2ctl-evil', 'x'));
refused('absolute-pax', /absolute/, fine, pax({ path: '/tmp/pm2ctl-evil' }), file('package/x', 'x'));
refused('absolute-folder', /absolute/, fine, folder('/tmp/pm2ctl-evil/'));
refused('absolute-prefix', /absolute/, fine, file('evil', 'x', { prefix: '/tmp' }));

// -- a name that npm changes
taken('gitignore', ['package.json', '.npmignore', 'a/', 'a/.npmignore', 'b/', 'b/.npmignore', 'c.gitignore'], fine, file('package/.gitignore', 'x'),
        file('package/a/.gitignore', 'x'), file('package/a/.npmignore', 'y'), file('package/b/.npmignore', 'y'), file('package/b/.gitignore', 'x'),
        file('package/c.gitignore', 'x'));
taken('gitignore-twice', ['package.json', '.npmignore'], fine, file('package/.gitignore', 'x'), file('package/.gitignore', 'x'));
taken('gitignore-folder', ['package.json', '.gitignore/', '.gitignore/x'], fine, file('package/.gitignore/x', 'x'));
taken('npmignore-folder', ['package.json', '.npmignore/', '.npmignore/x'], fine, file('package/.gitignore', 'x'), file('package/.npmignore/x', 'x'));

// -- what is neither file nor folder
refused('device-char', /a device/, fine, header({ name: 'package/null', type: '3', major: 1, minor: 3 }));
refused('device-block', /a device/, fine, header({ name: 'package/disk', type: '4', major: 8, minor: 0 }));
refused('fifo', /a FIFO/, fine, header({ name: 'package/fifo', type: '6' }));
refused('setuid', /setuid/, fine, file('package/su', 'x', { mode: 0o4755 }));
refused('setgid', /setgid/, fine, file('package/sg', 'x', { mode: 0o2755 }));
refused('setuid-plain', /setuid/, fine, file('package/su', 'x', { mode: 0o4644 }));

// -- links: those that stay inside are left out, so nothing is written through them
const out = /points outside/, hard = /a hard link/;
refused('symlink-out', out, fine, symlink('package/link', '/etc/passwd'));
refused('symlink-up', out, fine, symlink('package/link', '../../..'));
refused('symlink-up-one', out, fine, symlink('package/a/link', '../..'));
refused('symlink-up-later', out, fine, symlink('package/a/link', 'b/./..//../../c'));
refused('symlink-up-and-back', out, fine, symlink('package/link', '../package/package.json'));
refused('symlink-folder', out, fine, symlink('package/a', '/tmp'), file('package/a/evil', 'x'));
refused('symlink-file', out, fine, symlink('package/a', '/tmp/pm2ctl-evil'), file('package/a', 'x'));
refused('symlink-top', out, symlink('package', '/tmp'), fine);
refused('symlink-chain', out, fine, symlink('package/a', '..'), symlink('package/b', 'a/..'), file('package/b/c', 'x'));
refused('symlink-pax', out, fine, pax({ linkpath: '/etc/passwd' }), symlink('package/a', 'x'));
taken('symlink-latin1', ['package.json'], fine, symlink('package/a', Buffer.from('caf\xe9', 'latin1')));
taken('symlink-inside', ['a/', 'a/b', 'package.json'], fine, file('package/a/b', 'x'), symlink('package/c', 'a/b'),
        symlink('package/a/d', '../package.json'), symlink('package/a/e', './/.'));
taken('symlink-written-through', ['a/', 'a/evil', 'package.json'], fine, symlink('package/a', 'b'), file('package/a/evil', 'x'));
refused('hardlink-out', hard, fine, hardlink('package/passwd', '/etc/passwd'));
refused('hardlink-up', hard, fine, hardlink('package/x', '../../../canary'));
refused('hardlink-write', hard, fine, hardlink('package/a', '../../canary'), file('package/a', 'x'));
refused('hardlink-inside', hard, fine, hardlink('package/b', 'package/package.json'));
refused('hardlink-data', hard, fine, file('package/b', 'xyz', { type: '1', link: 'package/package.json' }));

// -- one name twice, or two names that another file system takes for one
refused('twice', /appears twice/, fine, file('package/a', '1'), file('package/a', '2'));
refused('twice-longer', /appears twice/, fine, file('package/a', '1'), file('package/a', '12'));
refused('twice-shorter', /appears twice/, fine, file('package/a', '12'), file('package/a', '1'));
refused('twice-mode', /appears twice/, fine, file('package/a', '1'), file('package/a', '1', { mode: 0o755 }));
taken('twice-the-same', ['a', 'package.json'], fine, file('package/a', '1'), file('package/./a', '1'), file('package/a', '1'));
refused('twice-dot', /appears twice/, fine, file('package/a', '1'), file('package/./a', '2'));
refused('twice-slash', /appears twice/, fine, file('package/b/a', '1'), file('package/b//a', '2'));
refused('twice-top', /appears twice/, file('one/a', '1'), file('two/a', '2'));
refused('case', /case or Unicode normalization/, fine, file('package/README', '1'), file('package/readme', '2'));
refused('case-folder', /case or Unicode normalization/, fine, file('package/Lib/a', '1'), file('package/lib/b', '2'));
refused('case-accent', /case or Unicode normalization/, fine, file('package/\u00c9', '1'), file('package/\u00e9', '2'));
refused('case-cyrillic', /case or Unicode normalization/, fine, file('package/\u0416', '1'), file('package/\u0436', '2'));
refused('case-kelvin', /case or Unicode normalization/, fine, file('package/\u212a', '1'), file('package/k', '2'));
refused('normal-form', /case or Unicode normalization/, fine, file('package/\u00e9', '1'), file('package/e\u0301', '2'));
refused('normal-form-folder', /case or Unicode normalization/, fine, file('package/\u00fc/a', '1'), file('package/u\u0308/b', '2'));
refused('normal-form-order', /case or Unicode normalization/, fine, file('package/\u1ec7', '1'), file('package/e\u0302\u0323', '2'));
refused('normal-form-hangul', /case or Unicode normalization/, fine, file('package/\ud55c', '1'),
        file('package/\u1112\u1161\u11ab', '2'));
refused('file-folder', /both a file and a directory/, fine, file('package/a', '1'), folder('package/a'));
refused('folder-file', /both a file and a directory/, fine, folder('package/a'), file('package/a', '1'));
refused('file-below-file', /both a file and a directory/, fine, file('package/a', '1'), file('package/a/b', '2'));
taken('folder-twice', ['a/', 'a/b', 'package.json'], fine, folder('package/a'), file('package/a/b', 'x'), folder('package/a/'));

// -- sizes
refused('sparse-gnu', /sparse/, fine, (() => {
        const h = header({ name: 'package/sparse', type: 'S', size: 512, magic: 'ustar  \0' });
        for (const [at, text] of [[386, '00000000000\0'], [398, '00000001000\0'], [483, '77777777777\0']])
                h.write(text, at, 'latin1');
        h.write(' '.repeat(8), 148);
        h.write(h.reduce((a, b) => a + b, 0).toString(8).padStart(6, '0') + '\0 ', 148);
        return Buffer.concat([h, Buffer.alloc(512)]);
})());
refused('sparse-pax-0.0', /sparse|larger than/, fine, pax({ 'GNU.sparse.size': '8589934592', 'GNU.sparse.numblocks': '1',
        'GNU.sparse.offset': '8589934000', 'GNU.sparse.numbytes': '1' }), file('package/s', 'x'));
refused('sparse-pax-0.1', /sparse|larger than/, fine, pax({ 'GNU.sparse.size': '1048576', 'GNU.sparse.numblocks': '1',
        'GNU.sparse.map': '1000000,1' }), file('package/s', 'x'));
refused('sparse-pax-1.0', /sparse|larger than/, fine, pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0',
        'GNU.sparse.name': 'package/real', 'GNU.sparse.realsize': '1048576' }),
file('package/s', '1\n1000000\n1\n'.padEnd(512, '\0') + 'x'));
refused('sparse-pax-name', /'\.\.'|sparse/, fine, pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0',
        'GNU.sparse.name': '../../evil', 'GNU.sparse.realsize': '1' }), file('package/s', '1\n0\n1\n'.padEnd(512, '\0') + 'x'));
refused('zeros-10g', /larger than \d+ MiB/, fine, header({ name: 'package/zeros', size: 10 * GiB }), Buffer.alloc(1 << 20));
refused('zeros-pax', /larger than \d+ MiB/, fine, pax({ size: String(10 * GiB) }), file('package/zeros', 'x'));
refused('size-2^62', /larger than \d+ MiB|valid tar/, fine, header({ name: 'package/x', size: 2n ** 62n }));
refused('size-negative', /larger than \d+ MiB|valid tar/, fine, header({ name: 'package/x',
        size: Buffer.from('ffffffffffffffffffffff00', 'hex') }));
refused('size-link', /larger than \d+ MiB|a hard link/, fine, hardlink('package/x', 'package/package.json', { size: 10 * GiB }));
refused('zeros-together', /larger than \d+ MiB/, fine, header({ name: 'package/a', size: GiB / 2 }),
        () => Buffer.alloc(GiB / 2), header({ name: 'package/b', size: GiB / 2 }));
refused('entries-links', /entries/, fine, many(100001, () => symlink('package/x', 'y')));
refused('entries-folders', /entries/, fine, many(100001, () => folder('package/')));
refused('entries-million', /entries/, fine, many(1000000, () => folder('package/')));
refused('name-4000-pax', /longer than/, fine, pax({ path: 'package/' + 'a/'.repeat(1996) }), file('x', 'x'));
refused('name-4000-gnu', /longer than/, fine, longName('package/' + 'a'.repeat(3992)), file('x', 'x', { magic: 'ustar  \0' }));
refused('name-component', /component/, fine, pax({ path: 'package/' + 'a'.repeat(256) }), file('x', 'x'));
refused('name-depth', /deep/, fine, pax({ path: 'package/' + 'a/'.repeat(100) + 'b' }), file('x', 'x'));
taken('name-255', ['a'.repeat(255), 'package.json'], fine, pax({ path: 'package/' + 'a'.repeat(255) }), file('x', 'x'));

// -- names no terminal or program expects
refused('name-newline', /control/, fine, file('package/a\nb', 'x'));
refused('name-escape', /control/, fine, file('package/\x1b[2Jb', 'x'));
refused('name-delete', /control/, fine, file('package/a\x7f', 'x'));
refused('name-latin1', /UTF-8/, fine, file(Buffer.from('package/caf\xe9', 'latin1'), 'x'));
refused('name-latin1-pax', /UTF-8/, fine, pax({ path: Buffer.from('package/caf\xe9', 'latin1') }), file('x', 'x'));
refused('name-overlong', /UTF-8/, fine, file(Buffer.from('package/\xc0\xae\xc0\xae/x', 'latin1'), 'x'));
refused('name-surrogate', /UTF-8/, fine, file(Buffer.from('package/\xed\xa0\x80', 'latin1'), 'x'));
taken('name-pax-nul', ['a', 'package.json'], fine, pax({ path: 'package/a\0/../../evil' }), file('package/x', 'x'));
taken('name-backslash', ['..\\..\\evil', 'C:\\evil', 'package.json'], fine, file('package/..\\..\\evil', 'x'),
        file('package/C:\\evil', 'x'));
taken('name-dots', ['...', '. .', 'package.json'], fine, file('package/...', 'x'), file('package/. .', 'x'));
taken('name-odd', ['~/', '~/x', '$(id)', '-rf', 'package.json'], fine, file('package/~/x', 'x'), file('package/$(id)', 'x'),
        file('package/-rf', 'x'));

// -- broken archives
refusedRaw('empty', /valid tar|no files/, Buffer.alloc(0));
refusedRaw('html', /valid tar/, Buffer.from('<!doctype html><title>404</title>' + ' '.repeat(1000)));
refusedRaw('zeros', /valid tar|no files/, Buffer.alloc(10240));
refusedRaw('gzip-of-nothing', /valid tar|no files/, gzip(Buffer.alloc(0)));
refusedRaw('gzip-of-html', /valid tar/, gzip(Buffer.from('<!doctype html>' + ' '.repeat(1000))));
refusedRaw('gzip-cut', /valid tar/, gzip(archive(file('package/a', require('crypto').randomBytes(100000)))).subarray(0, 50000));
refusedRaw('gzip-garbage', /valid tar/, Buffer.concat([gzip(archive(fine)).subarray(0, 20), Buffer.alloc(500, 7)]));
refusedRaw('cut-header', /valid tar/, Buffer.concat([fine, file('package/a', 'x').subarray(0, 300)]));
refusedRaw('cut-data', /valid tar/, Buffer.concat([fine, header({ name: 'package/a', size: 5000 }), Buffer.alloc(512)]));
refused('checksum', /valid tar/, fine, file('package/a', 'x', { checksum: 1 }));
refused('folders-only', /no files/, folder('package/'), folder('package/a'));
refused('beside-the-folder', /no files/, file('package.json', '{}'));
refused('links-only', /no files/, symlink('package/a', 'b'));
refused('pax-cut', /valid tar/, fine, header({ name: 'PaxHeader', type: 'x', size: 1 << 20 }));
refused('pax-1g', /valid tar/, fine, header({ name: 'PaxHeader', type: 'x', size: GiB }), Buffer.alloc(4096));
refused('gnu-name-1g', /valid tar/, fine, header({ name: '././@LongLink', type: 'L', size: GiB, magic: 'ustar  \0' }));
taken('pax-length', ['package.json', 'y'], fine, paxRaw('99999 path=package/x\n'), file('package/y', 'x'));
refused('pax-chain', /valid tar/, fine, many(1000, () => pax({ comment: 'x' })), file('package/y', 'x'));
refused('pax-global-chain', /valid tar/, fine, many(1000, () => pax({ comment: 'x' }, 'g')),
        file('package/y', 'x'));
refusedRaw('zip', /valid tar/, Buffer.from('504b0304140000000000' + '00'.repeat(500), 'hex'));
refusedRaw('bzip2', /valid tar/, Buffer.from('425a68393141592653590f' + '00'.repeat(500), 'hex'));
refusedRaw('xz', /valid tar/, Buffer.from('fd377a585a000004' + '00'.repeat(500), 'hex'));
refusedRaw('zstd', /valid tar/, Buffer.from('28b52ffd' + '00'.repeat(500), 'hex'));
refusedRaw('cpio', /valid tar/, Buffer.from('070701' + '0'.repeat(104) + 'TRAILER!!!\0'.padEnd(600, '\0')));
refusedRaw('ar', /valid tar/, Buffer.from('!<arch>\n' + 'evil/'.padEnd(600, ' ')));
refusedRaw('uuencoded', /valid tar/, Buffer.from('begin 644 evil\n#0V%T\n`\nend\n'.padEnd(1024, '\n')));
refusedRaw('lrzip', /valid tar/, Buffer.from('4c525a4900' + '00'.repeat(600), 'hex'));
refusedRaw('mtree', /valid tar/, Buffer.from('#mtree\n./evil type=file contents=/etc/passwd\n'.padEnd(1024, '\n')));

// -- odd, and harmless
taken('plain', ['lib/', 'lib/a.js', 'package.json'], fine, file('package/lib/a.js', 'x'));
takenRaw('not-compressed', ['package.json'], archive(fine));
takenRaw('gzip-members', ['a', 'package.json'], Buffer.concat([gzip(fine), gzip(file('package/a', 'x')), gzip(end)]));
takenRaw('garbage-behind', ['package.json'], Buffer.concat([gzip(archive(fine)), Buffer.from('garbage'.repeat(1000))]));
takenRaw('archive-behind', ['package.json'], gzip(Buffer.concat([archive(fine), archive(file('../evil', 'x'))])));
taken('top-other', ['package.json'], file('somebody-else-1.0/package.json', '{}'));
taken('top-two', ['a', 'package.json'], fine, file('other/a', 'x'));
taken('top-dot', ['package.json'], file('./package.json', '{}'));
taken('top-dot-package', ['package/', 'package/package.json'], file('./package/package.json', '{}'));
taken('top-is-a-file', ['package.json'], file('package', 'x'), fine);
taken('old-folder', ['a/', 'package.json'], fine, header({ name: 'package/a/', type: '0' }));
taken('v7', ['package.json'], file('package/package.json', '{}', { magic: '\0\0\0\0\0\0\0\0', type: '\0' }));
taken('contiguous', ['a', 'package.json'], fine, file('package/a', 'x', { type: '7' }));
taken('modes', ['a', 'b*', 'c*', 'd/', 'e/', 'package.json'], fine, file('package/a', 'x', { mode: 0 }),
        file('package/b', 'x', { mode: 0o777 }), file('package/c', 'x', { mode: 0o100 }), folder('package/d', { mode: 0 }),
        folder('package/e', { mode: 0o7777 }));
taken('sticky', ['a', 'package.json'], fine, file('package/a', 'x', { mode: 0o1644 }));
taken('owner', ['package.json'], file('package/package.json', '{}', { uid: 0o7777777, gid: 0o7777777 }));
// an access list's mask is the group's mode to libarchive
taken('xattr', ['a*', 'package.json'], fine, pax({ 'SCHILY.xattr.user.evil': 'x', 'LIBARCHIVE.xattr.user.evil': 'eA==',
        'SCHILY.acl.access': 'user::rw-,user:0:rwx,group::rwx,mask::rw-,other::rw-', 'SCHILY.fflags': 'immutable',
        'RHT.security.selinux': 'x' }), file('package/a', 'x'));
taken('times', ['a', 'package.json'], fine, pax({ mtime: '-99999999999999', atime: '1e99', ctime: 'x' }),
        file('package/a', 'x'));
taken('pax-global', ['package.json'], pax({ comment: 'a commit' }, 'g'), fine);
taken('unicode', ['\u00e9t\u00e9', '\u65e5\u672c', 'package.json'], fine, file('package/\u00e9t\u00e9', 'x'),
        file('package/\u65e5\u672c', 'x'));

module.exports = all;
