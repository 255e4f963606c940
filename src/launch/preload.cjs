// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// What PM2's wrapper does for the modules that it runs. Run by `node --require` before the module, in
// its process only.

const path = require('path')

const VARIABLE = 'PM2CTL_PRELOAD'
const PARTS = path.join(__dirname, 'preload') + path.sep

// By then libraries have said what they do themselves. A module that ends before it, again and again
// perhaps, costs little.
const BEGIN_MS = 1000

// A child of the module is none: fork() passes on the variables and node's options.
function hideTraces () {
  const i = process.execArgv.indexOf(__filename)
  if (i > 0 && process.execArgv[i - 1] === '--require') process.execArgv.splice(i - 1, 2)
  delete process.env[VARIABLE]
  for (const file of Object.keys(require.cache)) {
    if (file === __filename || file.startsWith(PARTS)) delete require.cache[file]
  }
}

function load () {
  const channel = require('./preload/channel.cjs')
  const errors = require('./preload/errors.cjs')
  const http = require('./preload/http.cjs')
  const library = require('./preload/library.cjs')
  const metrics = require('./preload/metrics.cjs')
  const profiles = require('./preload/profiles.cjs')

  return (folder) => {
    errors.report(channel)
    const begins = [metrics.prepare(channel, http.count()), profiles.prepare(channel)]
    library.setUp(folder)
    for (const begin of begins) setTimeout(begin, BEGIN_MS).unref()
  }
}

// Whatever goes wrong here must not be the module's trouble.
try {
  const folder = process.env[VARIABLE]
  if (folder) {
    const begin = process.env.pmx === 'false' ? () => {} : load()
    hideTraces()
    begin(folder)
  }
} catch {
}
