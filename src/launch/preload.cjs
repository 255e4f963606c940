// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// What PM2's wrapper does for the modules that it runs. Run by `node --require` before the module, in
// its process only.

const path = require('path')

const VARIABLE = 'PM2CTL_PRELOAD'
const PARTS = path.join(__dirname, 'preload')

// By then libraries have said what they do themselves. A module that ends before it, again and again
// perhaps, costs little.
const BEGIN_MS = 1000

// A part of the preload, which the module does not find among what is loaded.
function part (name) {
  const file = path.join(PARTS, name + '.cjs')
  try {
    return require(file)
  } finally {
    delete require.cache[file]
  }
}

// A child of the module is none: fork() passes on the variables and node's options.
function hideTraces () {
  const i = process.execArgv.indexOf(__filename)
  if (i > 0 && process.execArgv[i - 1] === '--require') process.execArgv.splice(i - 1, 2)
  delete process.env[VARIABLE]
  delete require.cache[__filename]
}

function begin (folder) {
  hideTraces()
  if (process.env.pmx === 'false') return
  const channel = part('channel')
  part('errors').report(channel)
  const send = part('metrics').prepare(channel)
  part('library').setUp(folder)
  setTimeout(send, BEGIN_MS).unref()
}

// Whatever goes wrong here must not be the module's trouble.
try {
  if (process.env[VARIABLE]) begin(process.env[VARIABLE])
} catch {
}
