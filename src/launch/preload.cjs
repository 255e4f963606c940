// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// What PM2's wrapper does for a module that uses @pm2/io: its metrics flow from the start. Unlike
// there it is the module's own copy that is set up, with the module as the main program, so that the
// module finds its own settings. Run by `node --require` before the module; whatever goes wrong here
// must not be the module's trouble.

const Module = require('module')
const fs = require('fs')
const path = require('path')

const VARIABLE = 'PM2CTL_PRELOAD'
const LIBRARY = '@pm2/io'

// The library was set up already: from version 4 on, loading it does that.
function isRunning (io) {
  const config = io.getConfig || io.getInitialConfig
  return typeof config === 'function' && config.call(io) !== undefined
}

function declares (folder) {
  const text = fs.readFileSync(path.join(folder, 'package.json'), 'utf8')
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(text)
  return LIBRARY in { ...dependencies, ...optionalDependencies, ...peerDependencies }
}

// A module that stands for the main program while the library is loaded: each of its files keeps
// what require.main was then, and looks for package.json from there.
function standIn (script) {
  const main = new Module(script, null)
  main.filename = script
  main.paths = Module._nodeModulePaths(path.dirname(script))
  return main
}

function setUp (folder, script) {
  const load = Module.createRequire(script)
  const main = Object.getOwnPropertyDescriptor(process, 'mainModule')

  Object.defineProperty(process, 'mainModule', {
    value: standIn(script), configurable: true, enumerable: true, writable: true
  })
  try {
    const io = load(LIBRARY)
    if (!isRunning(io)) io.init(process.env.io ? JSON.parse(process.env.io).conf : undefined)
  } finally {
    if (main) Object.defineProperty(process, 'mainModule', main)
    else delete process.mainModule
  }
}

// A child of the module is none: fork() passes on the variables and node's options.
function hideTraces () {
  const i = process.execArgv.indexOf(__filename)
  if (i > 0 && process.execArgv[i - 1] === '--require') process.execArgv.splice(i - 1, 2)
  delete process.env[VARIABLE]
  delete require.cache[__filename]
}

try {
  const folder = process.env[VARIABLE]
  if (folder) {
    hideTraces()
    if (process.env.pmx !== 'false' && declares(folder)) {
      setUp(folder, fs.realpathSync(process.argv[1]))
    }
  }
} catch {
}
