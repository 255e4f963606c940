// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// A module's own @pm2/io, set up before the module, so that its metrics flow from the start. Under
// PM2 it would get PM2's copy; here it gets its own, with the module as the main program, so that it
// finds its own settings.

const Module = require('module')
const fs = require('fs')
const path = require('path')

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

function load (script) {
  const require = Module.createRequire(script)
  const main = Object.getOwnPropertyDescriptor(process, 'mainModule')

  Object.defineProperty(process, 'mainModule', {
    value: standIn(script), configurable: true, enumerable: true, writable: true
  })
  try {
    const io = require(LIBRARY)
    if (!isRunning(io)) io.init(process.env.io ? JSON.parse(process.env.io).conf : undefined)
  } finally {
    if (main) Object.defineProperty(process, 'mainModule', main)
    else delete process.mainModule
  }
}

// For the package in a folder. A library that fails is not the module's trouble.
function setUp (folder) {
  try {
    if (declares(folder)) load(fs.realpathSync(process.argv[1]))
  } catch {
  }
}

module.exports = { setUp }
