// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Compares our reading of package specifications with that of npm's own `npm-package-arg`. TAP.
//
//   spec-diff.js DRIVER MODULES [--count N] [--seed N]
//
// Where we differ on purpose is listed in `deliberate`, each with its reason.
'use strict';

const { spawnSync } = require('child_process');
const path = require('path');

const [driver, modules, ...rest] = process.argv.slice(2);
const options = { count: 50000, seed: 1 };
for (let i = 0; i < rest.length; i += 2)
        options[rest[i].slice(2)] = Number(rest[i + 1]);
const npa = require(path.resolve(modules, 'npm-package-arg'));

let state = options.seed >>> 0 || 1;
const random = n => {
        state ^= state << 13; state >>>= 0;
        state ^= state >>> 17;
        state ^= state << 5; state >>>= 0;
        return state % n;
};
const pick = list => list[random(list.length)];
const chance = percent => random(100) < percent;

const WHERE = '/base/dir';

const deliberate = [
        [/^@\.{1,2}\/|npm:@\.{1,2}\//, 'a scope that is "." or ".." would be a path'],
        [/(GitHub|FILE):/, 'npm takes these schemes in capitals for something else than it takes them in small letters'],
        [/(github|gitlab|bitbucket|sourcehut):([^/]*@)?[^/#]*(#|$)/, 'a repository without an owner is one of "null" to npm'],
        [/^-|:\/\/-|#-/, 'what git would take for an option is refused'],
        [/:.*\/\.\.\//, 'dots in the path of an address stay as they were written'],
];

const name = () => pick(['foo', 'foo-bar', 'foo.js', 'Foo', '@s/foo', '@s/foo.js', '@S/x_y', 'a~b', 'x!', '.foo', '_foo', '-foo', 'node_modules',
        'foo bar', '@s', '@/x', '@s/', '@s/.x', 'f\u00f6o', '1', 'a%20b', 'x.git', 'http']);
const range = () => pick(['', '1', '1.2.3', 'v1.2.3', '=1.2.3', '^1.2', '~1', '*', 'x', '1 - 2', '>=1 <2', '1 || 2', 'latest', 'next', 'beta-1',
        ' 1.0.0 ', 'a b', 'f\u00f6o', '1.2.3-beta.1', '>1.2.3-rc', '01.02.03', 'tag!', 'tag$', '<', '1.x.x', '']);
const hash = () => chance(50) ? '' : '#' + pick(['v1', 'master', 'a/b', 'semver:^1.0.0', 'semver:^1 || 2', 'semver:%5e1', 'path:sub/dir', 'v1::path:x',
        'path:x::semver:1', 'semver:1::v2', 'v1::v2', 'deadbeef', '', '@x', 'a:b', 'feature%2Fx', '%', 'semver:%', 'a#b', '1.0.0']);
const user = () => pick(['user', 'u.v', 'u-v', '~user', 'U']);
const project = () => pick(['repo', 'repo.git', 'repo.js', 'r_p', 'repo.git.git', 'repo.tgz']);
const domain = () => pick(['github.com', 'gitlab.com', 'bitbucket.org', 'gist.github.com', 'git.sr.ht', 'www.github.com', 'example.com',
        'git.example.com', 'localhost', 'example.com:8080']);
const auth = () => chance(70) ? '' : pick(['git@', 'user:pass@', 'user@', ':token@']);
const scheme = () => pick(['git', 'git+ssh', 'git+https', 'git+http', 'git+file', 'ssh', 'https', 'http', 'ftp', 'git+rsync', 'git+ftp', 'file', 'GIT+HTTPS', 'foo']);
const file = () => pick(['foo.tgz', 'foo.tar.gz', 'foo.tar', 'foo.TGZ', 'dir', 'dir/sub', 'a b', 'x#y', 'a?b', 'a%20b', 'foo-1.0.0.tgz', 'a/../b']);

const forms = [
        () => name(),
        () => `${name()}@${range()}`,
        () => `${name()}@npm:${name()}@${range()}`,
        () => `npm:${name()}@${range()}`,
        () => `npm:${name()}`,
        () => pick(['./', '../', '/', '~/', '/abs/', '.', '..', '']) + file(),
        () => pick(['file:', 'file:/', 'file://', 'file:///', 'FILE:', 'file:./', 'file:../', 'file:///../', 'file:/./', 'file:~/', 'file:/~/']) + file(),
        () => `${name()}@${pick(['./', '../', '/', 'file:', '~/'])}${file()}`,
        () => `${user()}/${project()}${hash()}`,
        () => `${name()}@${user()}/${project()}${hash()}`,
        () => `${pick(['github', 'gitlab', 'bitbucket', 'gist', 'sourcehut', 'GitHub'])}:${auth()}${pick([user() + '/', '', 'group/sub/'])}${project()}${hash()}`,
        () => `${scheme()}://${auth()}${domain()}/${user()}/${project()}${pick(['', '', '/', '/tree/main', '/tree/a/b', '/archive/x.tgz', '/raw/x', '/get/v1', '/-/x'])}${hash()}`,
        () => `${scheme()}://${auth()}${domain()}:${user()}/${project()}${hash()}`,
        () => `${scheme()}://${domain()}/${file()}${pick(['', '?x=1', '#y'])}`,
        () => `git@${domain()}:${user()}/${project()}${hash()}`,
        () => `${user()}@${domain()}:${project()}`,
        () => `${auth()}${domain()}/${user()}/${project()}${hash()}`,
];

// For addresses of git repositories npm's come out of the URL class; ours keep what was written.
const sameAddress = (ours, theirs) => {
        const plain = s => s === undefined || s === null ? null
                : decodeURIComponent(s.replace(/%(?![0-9a-f]{2})/gi, '%25')).replace(/^[a-z+]+:/i, c => c.toLowerCase());
        return plain(ours) === plain(theirs);
};

function expected(words) {
        let r;
        try {
                r = words.length === 2 ? npa.resolve(words[0], words[1], WHERE) : npa(words[0], WHERE);
        } catch {
                return null;
        }
        if (r.registry && !r.name && r.type !== 'alias')
                return null; // a version, range or tag of nothing
        const convert = s => ({
                type: s.type, name: s.name || null, rawSpec: s.rawSpec || '',
                fetchSpec: s.type === 'git' && s.hosted && !s.fetchSpec ? s.hosted.https({ noGitPlus: true, noCommittish: true }) : s.fetchSpec,
                gitCommittish: s.gitCommittish || null, gitRange: s.gitRange || null, gitSubdir: s.gitSubdir || null,
                service: s.hosted ? s.hosted.type : null, user: s.hosted && s.hosted.user || null,
                project: s.hosted ? s.hosted.project : null,
                target: s.subSpec ? convert(s.subSpec) : null,
        });
        return convert(r);
}

function difference(ours, theirs) {
        if (!ours || !theirs)
                return ours === theirs ? null : `${JSON.stringify(ours)}, npm says ${JSON.stringify(theirs)}`;
        for (const key of Object.keys(theirs)) {
                let a = ours[key] === undefined ? null : ours[key], b = theirs[key];
                if (key === 'target') {
                        const d = a || b ? difference(a, b) : null;
                        if (d)
                                return `target: ${d}`;
                        continue;
                }
                if (key === 'fetchSpec' && (theirs.type === 'file' || theirs.type === 'directory'))
                        a = path.resolve(WHERE, a.replace(/^~\//, require('os').homedir() + '/'));
                if (key === 'fetchSpec' && theirs.type === 'git' ? !sameAddress(a, b) : a !== b)
                        return `${key} ${JSON.stringify(a)}, npm says ${JSON.stringify(b)}`;
        }
        return null;
}

const questions = [];
for (let i = 0; i < options.count; i++) {
        const form = pick(forms)();
        questions.push(chance(30) ? ['dep', form] : [form]);
}
const encode = word => word.replace(/[%\t\n]/g, c => '%' + c.charCodeAt(0).toString(16).padStart(2, '0'));
const child = spawnSync(driver, { input: questions.map(q => q.map(encode).join('\t')).join('\n') + '\n', maxBuffer: 1 << 30 });
const answers = child.stdout.toString().split('\n');

const seen = new Map(), skipped = deliberate.map(() => 0), kinds = {};
questions.forEach((q, i) => {
        const theirs = expected(q);
        kinds[theirs ? theirs.type : 'refused'] = (kinds[theirs ? theirs.type : 'refused'] || 0) + 1;
        const d = difference(JSON.parse(answers[i]), theirs);
        if (!d)
                return;
        const reason = deliberate.findIndex(([pattern]) => pattern.test(q.join(' ')));
        if (reason >= 0)
                skipped[reason]++;
        else
                seen.set(q.join(' = '), d);
});
console.log('1..2');
console.log(`${child.status === 0 ? 'ok' : 'not ok'} 1 - the driver ends well`);
console.log(`${seen.size ? 'not ok' : 'ok'} 2 - ${questions.length} specifications, ${seen.size} differences`);
console.log(`# ${JSON.stringify(kinds)}`);
[...seen].slice(0, 60).forEach(([q, d]) => console.log(`# ${q}: ${d}`));
deliberate.forEach(([, reason], i) => console.log(`# deliberate, ${skipped[i]}: ${reason}`));
process.exitCode = child.status !== 0 || seen.size ? 1 : 0;
