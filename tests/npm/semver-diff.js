// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Compares our reading of versions and ranges with that of npm's own package `semver`, on generated pairs: valid,
// compare, satisfies, maxSatisfying and the normal form of ranges, in all modes. TAP.
//
//   semver-diff.js DRIVER MODULES [--pairs N] [--seed N] [--ranges FILE]
//
// DRIVER is the semver-driver program, MODULES a node_modules folder that holds `semver`, FILE a list of further
// ranges, one a line.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');

const [driver, modules, ...rest] = process.argv.slice(2);
const options = { pairs: 200000, seed: 1 };
for (let i = 0; i < rest.length; i += 2)
        options[rest[i].slice(2)] = rest[i] === '--ranges' ? rest[i + 1] : Number(rest[i + 1]);
const semver = require(path.resolve(modules, 'semver'));

// xorshift, so that a difference can be found again
let state = options.seed >>> 0 || 1;
const random = n => {
        state ^= state << 13; state >>>= 0;
        state ^= state >>> 17;
        state ^= state << 5; state >>>= 0;
        return state % n;
};
const pick = list => list[random(list.length)];
const chance = percent => random(100) < percent;

const number = () => chance(80) ? String(random(4)) : pick(['10', '11', '20', '99', '100', '01', '00', '007',
        '9007199254740990', '9007199254740991', '9007199254740992', '18446744073709551616',
        '999999999999999999999', '1000000000000000000000', '99999999999999999999999999']);
const identifier = () => pick(['alpha', 'beta', 'rc', '0', '1', '2', '10', '01', '-', '--', 'a-b', '0a', '1-', 'x', 'X', 'v1',
        '9007199254740991', '9007199254740993', '123456789012345678901234567890', 'Z', 'a'.repeat(5)]);
const identifiers = () => Array.from({ length: 1 + random(3) }, identifier).join('.');
const prerelease = () => chance(25) ? (chance(90) ? '-' : '') + identifiers() : '';
const build = () => chance(6) ? '+' + pick(['build', '1', 'a.b', '', '.', 'a..b', '-']) : '';
const space = () => pick([' ', ' ', ' ', '  ', '\t', '\u00a0', '\ufeff', '\n', '\u2003']);

function version() {
        let v = `${number()}.${number()}.${number()}${prerelease()}${build()}`;
        if (chance(4))
                v = pick(['v', '=', ' ', '= v', 'vv', '\t']) + v;
        if (chance(2))
                v += pick([' ', '.', '.4', '-', '+', '\n', 'x']);
        if (chance(1))
                v += '-' + 'long'.repeat(50 + random(20));
        return v;
}

const component = () => chance(18) ? pick(['x', 'X', '*', '']) : number();
function partial() {
        let p = component();
        for (let i = 0; i < 2 && chance(75); i++)
                p += '.' + component();
        if (p.split('.').length === 3)
                p += prerelease();
        p += build();
        return (chance(6) ? pick(['v', '=', 'v=', 'v ', '= ', '==']) : '') + p;
}

const operator = () => pick(['', '', '', '^', '^', '^', '~', '~', '~>', '>', '>=', '<', '<=', '=', '==', '<>', '=>', '!', '^^', '~~',
        '^=', '>~', '^ ', '~ ', '~> ', '> ', '>= ', '< ', '<= ', '= ']);
const comparator = () => operator() + partial();
const alternative = () => chance(15) ? `${partial()}${space()}-${space()}${partial()}`
        : Array.from({ length: chance(60) ? 1 : 1 + random(3) }, comparator).join(space());

function mutate(text) {
        const at = random(text.length + 1);
        const junk = pick([' ', '*', 'x', '-', '.', '||', '|', '>', '<', '=', '~', '^', 'v', '+', '0', '1', 'latest', '"', '\u00e9', '\u{1f600}']);
        return pick([
                () => text.slice(0, at) + junk + text.slice(at),
                () => text.slice(0, at) + text.slice(at + 1),
                () => text + space() + junk,
                () => junk + text,
        ])();
}

function range() {
        let r = Array.from({ length: chance(75) ? 1 : 1 + random(3) }, alternative).join(pick(['||', ' || ', '|| ', '  ||  ']));
        for (let n = chance(25) ? 1 + random(2) : 0; n > 0; n--)
                r = mutate(r);
        return chance(1) ? `${r} ${'a'.repeat(300)}` : r;
}

// A version that has a chance to be near the range's bounds.
function near(r) {
        const numbers = r.match(/\d+/g) || ['0'];
        const n = () => chance(70) ? pick(numbers) : number();
        return `${n()}.${n()}.${n()}${prerelease()}`;
}

const MODES = [['-', {}], ['l', { loose: true }], ['p', { includePrerelease: true }],
        ['lp', { loose: true, includePrerelease: true }]];
const encode = word => word.replace(/[%\t\n\r]/g, c => '%' + c.charCodeAt(0).toString(16).padStart(2, '0'));
const guard = f => { try { return f(); } catch { return '-'; } };

const questions = [];
const ask = (verb, mode, words, expected) =>
        questions.push({ line: [verb, mode[0], ...words.map(encode)].join('\t'), verb, mode: mode[0], words, expected });

function askRange(r, mode, versions) {
        const valid = guard(() => new semver.Range(r, mode[1]));
        ask('range', mode, [r], valid === '-' ? '-' : valid.range || '*');
        ask('satisfies', mode, [r, ...versions], valid === '-' ? '-'
                : versions.map(v => semver.satisfies(v, r, mode[1]) ? '1' : '0').join(''));
        const max = semver.maxSatisfying(versions, r, mode[1]);
        ask('max', mode, [r, ...versions], max === null ? '-' : String(versions.indexOf(max)));
}

const PER_RANGE = 8;
let pairs = 0;
while (pairs < options.pairs) {
        const mode = pick(MODES);
        const r = range();
        const versions = Array.from({ length: PER_RANGE }, () => chance(50) ? near(r) : version());
        askRange(r, mode, versions);
        pairs += versions.length;
        ask('valid', mode, [versions[0]], guard(() => new semver.SemVer(versions[0], mode[1]).version));
        ask('compare', mode, [versions[0], versions[1]], guard(() => String(semver.compare(versions[0], versions[1], mode[1]))));
}
if (options.ranges)
        for (const r of fs.readFileSync(options.ranges, 'utf8').split('\n').filter(line => line))
                for (const mode of MODES) {
                        const versions = Array.from({ length: PER_RANGE }, () => near(r));
                        askRange(r, mode, versions);
                        pairs += versions.length;
                }

const child = spawn(driver, { stdio: ['pipe', 'pipe', 'inherit'] });
let output = '';
child.stdout.setEncoding('utf8');
child.stdout.on('data', data => output += data);
child.stdin.end(questions.map(q => q.line).join('\n') + '\n');
child.on('close', code => {
        const answers = output.split('\n');
        const failed = {};
        questions.forEach((q, i) => {
                if (answers[i] === q.expected)
                        return;
                (failed[q.verb] = failed[q.verb] || []).push(
                        `${q.verb} ${q.mode} ${JSON.stringify(q.words)}: ${JSON.stringify(answers[i])}, npm says ${JSON.stringify(q.expected)}`);
        });
        const verbs = ['range', 'satisfies', 'max', 'valid', 'compare'];
        console.log(`1..${verbs.length + 1}`);
        console.log(`${code === 0 ? 'ok' : 'not ok'} 1 - the driver ends well`);
        verbs.forEach((verb, i) => {
                const list = failed[verb] || [], n = questions.filter(q => q.verb === verb).length;
                console.log(`${list.length ? 'not ok' : 'ok'} ${i + 2} - ${verb}: ${n} questions, ${list.length} differences` +
                        (verb === 'satisfies' ? `, ${pairs} pairs` : ''));
                list.slice(0, 20).forEach(line => console.log(`# ${line}`));
        });
        process.exitCode = code !== 0 || Object.keys(failed).length ? 1 : 0;
});
