// SPDX-License-Identifier: LGPL-2.1-or-later
//
// archive-packages.js DIR: writes packages whose archives bring more than themselves, for tests/registry.js: bundled
// dependencies of all kinds, and shrinkwraps of both forms.
'use strict';

const fs = require('fs');
const path = require('path');

const dir = process.argv[2];

// `files`: what else is in the package's folder, JSON for .json names.
function publish(name, version, fields = {}, files = {}) {
        const folder = path.join(dir, name, version);
        const write = (file, value) => {
                fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
                fs.writeFileSync(path.join(folder, file), typeof value === 'string' ? value : JSON.stringify(value));
        };
        write('package.json', { name, version, ...fields });
        write('index.js', 'module.exports = __filename;\n');
        for (const [file, value] of Object.entries(files))
                write(file, value);
}

const bundled = (where, name, version, fields = {}) => ({ [`node_modules/${where}/package.json`]: { name, version, ...fields } });

publish('leaf', '1.0.0');
publish('leaf', '1.1.0');
publish('leaf', '2.0.0', { dependencies: { twig: '^1' } });
publish('twig', '1.0.0');
publish('branch', '1.2.3', { dependencies: { leaf: '1.0.0' } });
publish('branch', '1.3.0', { dependencies: { leaf: '^2' } });
publish('@bark/inner', '1.0.0', { dependencies: { leaf: '^1' } });

// what a bundled package needs lies beside it, and what was fetched in its stead goes again
publish('bundles', '1.0.0', { dependencies: { branch: '^1', twig: '^1' }, bundleDependencies: ['branch'] }, {
        ...bundled('branch', 'branch', '1.2.3', { dependencies: { leaf: '1.0.0' } }),
        ...bundled('leaf', 'leaf', '1.0.0'),
});
// nested, scoped, with versions of its own that nobody published, and something that is no package
publish('bundles-deep', '1.0.0', { dependencies: { '@bark/inner': '^1', branch: '1.3.0' }, bundledDependencies: ['@bark/inner'] }, {
        ...bundled('@bark/inner', '@bark/inner', '1.0.7', { dependencies: { leaf: '^1' } }),
        ...bundled('@bark/inner/node_modules/leaf', 'leaf', '1.0.9'),
        'node_modules/.bin/x': '', 'node_modules/empty/readme': '',
});
// says so, but has none of them; and says it of all
publish('bundles-nothing', '1.0.0', { dependencies: { branch: '^1' }, bundleDependencies: ['branch', 'other'] });
publish('bundles-all', '1.0.0', { dependencies: { branch: '^1' }, bundleDependencies: true }, bundled('branch', 'branch', '1.2.3', { dependencies: { leaf: '1.0.0' } }));
// two bundlers beside each other, one of them deeper because of a conflict
publish('bundles-two', '1.0.0', { dependencies: { bundles: '1', 'bundles-deep': '1', leaf: '2', branch: '1.3.0' } });

const entry = (version, more = {}) => ({ version, ...more });
publish('wraps', '1.0.0', { dependencies: { branch: '^1' }, devDependencies: { twig: '1' } }, {
        'npm-shrinkwrap.json': {
                name: 'wraps', version: '1.0.0', lockfileVersion: 3, requires: true,
                packages: {
                        '': { name: 'wraps', version: '1.0.0', dependencies: { branch: '^1' }, devDependencies: { twig: '1' } },
                        'node_modules/branch': entry('1.2.3', { dependencies: { leaf: '1.0.0' } }),
                        'node_modules/leaf': entry('1.0.0'),
                        'node_modules/twig': entry('1.0.0', { dev: true }),
                },
        },
});
publish('wraps-old', '1.0.0', { dependencies: { branch: '1.3.0', leaf: '^1' } }, {
        'npm-shrinkwrap.json': {
                name: 'wraps-old', version: '1.0.0', lockfileVersion: 1, requires: true,
                dependencies: {
                        branch: { version: '1.3.0', requires: { leaf: '^2' }, dependencies: {
                                leaf: { version: '2.0.0', requires: { twig: '^1' } },
                        } },
                        leaf: { version: '1.0.0' },
                        twig: { version: '1.0.0' },
                },
        },
});
publish('wraps-both', '1.0.0', { dependencies: { wraps: '1', 'wraps-old': '1', leaf: '1.1.0' } });
