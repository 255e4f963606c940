// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// The channel to PM2. It is the module's, and whatever the module or a library of it says there is
// seen here, so that nothing is said twice.

// Messages that may wait, to be taken by PM2 or by the module; what comes then is lost.
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

// Calls take(message) for what PM2 sends; true means that it was for us. To the module nothing is to
// change by this: node lets a process end while nothing listens, and keeps messages until something
// does. Node counts listeners by these events.
function listen (take) {
  const kept = []
  const hear = (...args) => {
    if (take(args[0]) || process.listenerCount('message') > 1) return
    if (kept.length < PENDING_MAX) kept.push(args)
  }
  const deliver = () => {
    for (const args of kept.splice(0)) process.emit('message', ...args)
  }

  process.on('message', hear)
  process.emit('removeListener', 'message', hear)
  process.on('newListener', (event) => { if (event === 'message') process.nextTick(deliver) })
}

if (typeof send === 'function') {
  process.send = function (...args) {
    notice(args[0])
    return Reflect.apply(send, this, args)
  }
}

module.exports = { watch, isOpen, say, listen }
