// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// Errors that a module does not catch are reported, which logs them. A rejected promise does not end
// it; what another error does is up to node, which logs it again and ends the module unless that
// listens.

const { inspect, types } = require('util')

// Of a message and of a stack: what follows would tell nobody more.
const TEXT_MAX = 10000

const cut = (text) => String(text).slice(0, TEXT_MAX)

// Anything can be thrown, and reading it can throw, too.
function describe (error) {
  try {
    if (types.isNativeError(error) || error instanceof Error) {
      return { message: cut(error.message), stack: cut(error.stack), name: cut(error.name) }
    }
    return { message: cut('Not an error: ' + inspect(error, { depth: 2 })), name: 'Error' }
  } catch {
    return { message: 'It cannot be described', name: 'Error' }
  }
}

// Reports each error once, though node may tell of it twice: a module that listens may throw what it
// got. False if there is no channel to report it over.
function reporter (channel) {
  const told = new WeakSet()
  return (error) => {
    if (Object(error) === error) {
      if (told.has(error)) return true
      told.add(error)
    }
    return channel.say('process:exception', describe(error))
  }
}

// A library that catches errors itself says so, and listens.
function report (channel) {
  const tell = reporter(channel)
  let library = false
  const isTheirs = (event, ours) => library && process.listenerCount(event) > ours

  channel.watch('axm:option:configuration', (options) => { library ||= options.error === true })
  process.on('uncaughtExceptionMonitor', (error) => {
    if (!isTheirs('uncaughtException', 0)) tell(error)
  })
  process.on('unhandledRejection', (error) => {
    if (!isTheirs('unhandledRejection', 1) && !tell(error)) console.error(error)
  })
}

module.exports = { report }
