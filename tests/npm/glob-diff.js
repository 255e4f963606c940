// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Compares how we match the patterns of ignore files with npm's own `minimatch`. TAP.
//
//   glob-diff.js DRIVER NPM-FOLDER [--count N] [--seed N]
'use strict';

const { spawnSync } = require('child_process');
const path = require('path');

const [driver, npm, ...rest] = process.argv.slice(2);
const options = { count: 20000, seed: 1 };
for (let i = 0; i < rest.length; i += 2)
        options[rest[i].slice(2)] = Number(rest[i + 1]);
const { Minimatch } = require(path.resolve(npm, 'node_modules/minimatch'));

let state = options.seed >>> 0 || 1;
const random = (n) => {
        state ^= state << 13; state >>>= 0;
        state ^= state >>> 17;
        state ^= state << 5; state >>>= 0;
        return state % n;
};
const pick = (list) => list[random(list.length)];
const chance = (percent) => random(100) < percent;
const times = (most, make) => Array.from({ length: 1 + random(most) }, make).join('');

const written = [
        '*', '**', '!', '!!a', '***', '.', '..', '/', '//', 'a/', '/a', '/a/', 'a/b', 'a//b', './a', '/./a', 'a/../b', '../a', 'a/..', '**/a',
        '**/a/**', 'a/**', 'a/**/b', '/**', '/**/', '**/', 'a/**/b/**/c', '**/a/**/b', '*.js', '*.JS', 'A.js', '.*', '*.*', '**.js', '?', '??', '?.js',
        '*a*b*', 'a*', '[ab]', '[a-c].js', '[!a]', '[^a]*', '[a', 'a]', '[]a]', '[]', '[!]', '[a-]', '[-a]', '[z-a]', '[[:alpha:]]', '[[:digit:]x]*',
        '[![:alpha:]]', '[[:nope:]]', '[\\]]', 'a\\*', '\\*', '\\a', 'a\\', '*\\.js', '{a,b}', '{a,b}.js', 'a{,b}', '{a}', '{a,{b,c}}', '{{a,b}}', 'x{{a,b}}y', '{1..3}',
        '{01..3}', '{3..1}', '{a..c}', '{a..e..2}', '{1..9..3}', '{a,b', 'a,b}', '{}', '{},a}b', 'a{},b}c', '${a,b}', '\\{a,b\\}', '{a\\,b,c}', '{a},b}', '/readme{,.*[^~$]}',
        '@(a|b)', '!(a)', '!(a|b).js', '*(a|b)', '+(a)', '?(a)b', 'a@(b|c)*', '@(a', 'a)', '!()', '@()', '*(a)*', '+(a|b)c', '@(a|@(b|c))', '!(*.js)', '*.!(js)',
        'a!(b)c', '[o]', '[object Object]', '\u00e9', '\u00c9*', '\u{1f600}', '?\u{1f600}', '# a', 'a b', 'a{b,c/d}', 'a/{b,c}/d', '**/{a,b}', '*/a', '*/*', '**/*', '**/*.js',
        '/*', '/*/', '/a/**/', 'a/*/', '!/a/b', '!/a/**', '!./a/**', '!*.js', '!a/b/c', '!**/c', 'lib/**/*.js',
];
const names = ['a', 'b', 'c', 'A', 'ab', 'abc', 'a.js', 'b.js', '.a', '..a', 'a.b.js', 'lib', '1', '01', '2', 'x{a}y', 'a*', '*', 'a]', '[a', '{a,b}', 'a,b', 'a}', '\u00e9', '\u00c9a',
        '\u{1f600}', 'o', 'readme', 'README.md', 'readme.md~', '-', ']', 'a b', '$a', 'a\\', 'xay', 'ca', 'bc', 'aab', 'jS'];
const piece = () => pick([() => pick(names), () => '*', () => '?', () => '**', () => pick(written), () => `[${pick(['', '!', '^'])}${times(3, () => pick(['a', 'b', 'a-c', '-', ']', '1', '[:alnum:]', '\\]']))}]`,
        () => `{${piece()},${piece()}}`, () => `${pick([...'@!*+?'])}(${pick(['a', 'b', '*', 'a.js', ''])}|${pick(['b', 'c*', '.', 'lib'])})`, () => pick(['.', '\\', '!', ',', '-'])])();
const pattern = () => (chance(20) ? pick(written) : (chance(25) ? '!' : '') + (chance(25) ? '/' : '') +
        Array.from({ length: 1 + random(3) }, () => times(2, piece)).join('/') + (chance(15) ? '/' : ''));
const file = () => (chance(40) ? '/' : '') + Array.from({ length: 1 + random(4) }, () => pick(names)).join('/') + (chance(25) ? '/' : '');

// Beyond anybody's use: groups in groups, groups that fit nothing at all or come before a star, and classes like [:alpha:] next to characters
// of two units.
const beyond = (p) => /[@!?*+]\([^)]*[@!?*+]\(/.test(p) || /\[[^\]]*$/.test(p) && /[@!?*+]\(/.test(p) || /[(|][*]?[)|]/.test(p) ||
        /!\([^)]*\)[^/]*\*/.test(p);
const odd = (p, f) => p.includes('[:') && /[\u{10000}-\u{10ffff}]/u.test(f);

const make = (p) => {
        try {
                return new Minimatch(p, { matchBase: true, dot: true, flipNegate: true, nocase: true });
        } catch {
                return null; // npm itself fails of some
        }
};
const cases = [...new Set([...written, ...Array.from({ length: options.count }, pattern)])]
        .filter((p) => p.trim() === p && p && !p.startsWith('#') && !beyond(p) && make(p))
        .map((p) => [p, ...Array.from({ length: 12 }, file).map((f) => (odd(p, f) ? 'a' : f))]);
const want = cases.map(([p, ...files]) => {
        const m = make(p);
        const relative = m.globParts.some((part) => part.length <= (part.slice(-1)[0] ? 1 : 2));
        return `${m.negate ? '!' : '.'}${relative ? 'r' : '.'} ${files.map((f) => `${+!!m.match(f)}${+!!m.match(f, true)} `).join('')}`;
});
const got = spawnSync(driver, ['glob'], { input: cases.map((c) => `${JSON.stringify(c)}\n`).join(''), maxBuffer: 1 << 28 }).stdout.toString().split('\n');

let differ = 0;
cases.forEach((c, i) => {
        if (got[i] === want[i] || got[i] === 'refused')
                return;
        if (++differ <= 20)
                console.log(`# ${JSON.stringify(c)}\n#  npm  ${want[i]}\n#  ours ${got[i]}`);
});
const refused = got.filter((line) => line === 'refused').length;
console.log(`${differ ? 'not ok' : 'ok'} 1 - ${cases.length} patterns, ${12 * cases.length} matches`);
console.log(`${refused * 100 < cases.length ? 'ok' : 'not ok'} 2 - ${refused} are refused`);
console.log('1..2');
process.exit(differ ? 1 : 0);
