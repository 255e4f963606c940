// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// The channel to PM2. It is the module's, and whatever the module or a library of it says there is
// seen here, so that nothing is said twice.

// Messages that may wait to be taken; what comes then is lost.
const PENDING_MAX = 100

const send = process.send
const watchers = new Map()
let pending = 0

// Calls take(data) for what others than the preload say of a type.
function watch (type, take) {
  watchers.set(type, take)
}

function notice (message) {
  try {
    if (message && message.data) watchers.get(message.type)?.(message.data)
  } catch {
  }
}

function isOpen () {
  return typeof send === 'function' && process.connected
}

// False if it cannot be said.
function say (type, data) {
  if (!isOpen() || pending >= PENDING_MAX) return false
  pending++
  Reflect.apply(send, process, [{ type, data }, () => pending--])
  return true
}

if (typeof send === 'function') {
  process.send = function (...args) {
    notice(args[0])
    return Reflect.apply(send, this, args)
  }
}

module.exports = { watch, isOpen, say }
