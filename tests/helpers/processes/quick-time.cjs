"use strict";

// Preloaded into a process whose waits would take minutes. Its time stands still while it works, and jumps to
// its next timer as soon as there is nothing to do but wait. The parent, see quick-time.ts, owns the clock,
// so that the emulator's time is the same. It does not advance while a request is in flight that gets its
// response without time passing, or while the other side has not read everything that was sent. So a stream
// counts as work as long as it delivers.

const { subscribe } = require("node:diagnostics_channel");

const { setTimeout: realTimeout, setImmediate: realImmediate, Date: RealDate } = globalThis;
/** Idle rounds of the event loop after which the process counts as waiting. */
const QUIET_ROUNDS = 3;
/** Real milliseconds after which a request in flight may be one that waits for time to pass. */
const ANSWER_MS = 3;
const LONGEST_MS = 2 ** 31 - 1;

const start = Number(process.env.QUICK_TIME_START);
let now = start;
let inFlight = 0;
let considering = false;
const timers = new Set();
/** Connections to the emulator, by the local port. */
const connections = new Map();
const service = Number(new URL(process.env.DIGITALOCEAN_API_URL).port);

class Timer {
  constructor(callback, ms, args, repeat) {
    this.callback = () => callback(...args);
    this.ms = ms >= 1 && ms <= LONGEST_MS ? ms : 1;
    this.repeat = repeat;
    // Log calls have a deadline, and get their response without time passing.
    this.counts = !/[\\/]@grpc[\\/]/.test(plainStack());
    this.refresh();
  }
  refresh() {
    this.due = now + this.ms;
    timers.add(this);
    consider();
    return this;
  }
  close() {
    timers.delete(this);
    return this;
  }
  ref() {
    this.counts = true;
    consider();
    return this;
  }
  unref() {
    this.counts = false;
    return this;
  }
  hasRef() {
    return this.counts;
  }
}

/** Without the source maps that the SDK looks up, which takes longer than everything else here. */
function plainStack() {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = undefined;
  const { stack } = new Error();
  Error.prepareStackTrace = prepareStackTrace;
  return stack;
}

/**
 * The timer that is due next. Timers that do not keep a process alive do not advance time either, except those that
 * limit a request which does.
 */
function next() {
  let first;
  for (const timer of timers)
    if ((timer.counts || (timer.limit && inFlight > 0) || timer.due <= now) && !(timer.due >= first?.due))
      first = timer;
  return first;
}

function fire(timer) {
  if (timer.repeat) timer.due = now + timer.ms;
  else timers.delete(timer);
  timer.callback();
}

/** Checks, once the event loop is quiet, whether time may advance. */
function consider() {
  if (considering) return;
  considering = true;
  let rounds = QUIET_ROUNDS;
  const look = () => {
    if (rounds-- > 0) return realImmediate(look);
    if (inFlight > 0) return realTimeout(ask, ANSWER_MS);
    ask();
  };
  realImmediate(look);
}

function ask() {
  considering = false;
  const timer = next();
  if (timer === undefined) return;
  if (timer.due <= now) {
    fire(timer);
    return consider();
  }
  considering = true;
  const traffic = [...connections].map(([port, { bytesRead, bytesWritten }]) => ({
    port,
    read: bytesRead,
    written: bytesWritten,
  }));
  process.send({ quickTime: { until: timer.due, inFlight, service, traffic } });
}

process.on("message", ({ quickTime }) => {
  if (quickTime === undefined) return;
  if (quickTime.told) process.send({ quickTimeSeen: quickTime.now });
  considering = false;
  const passed = quickTime.now > now;
  now = Math.max(now, quickTime.now);
  if (passed) consider();
  else realTimeout(consider, ANSWER_MS);
});

subscribe("http.client.request.start", ({ request }) => {
  inFlight += 1;
  request.once("error", ({ code }) => process.send({ refused: code === "ECONNREFUSED" }));
  let answered = false;
  const end = () => {
    if (answered) return;
    answered = true;
    inFlight -= 1;
    consider();
  };
  request.once("close", end);
  // Lines of a live log arrive as time passes. Over WebSocket, the request ends when the connection is
  // established.
  if (request.path.startsWith("/_logs/live/")) request.once("response", end);
});

subscribe("net.client.socket", ({ socket }) => {
  socket.once("connect", () => {
    const { localPort, remotePort } = socket;
    if (remotePort !== service) return;
    connections.set(localPort, socket);
    socket.once("close", () => connections.delete(localPort));
  });
});

globalThis.setTimeout = (callback, ms, ...args) => new Timer(callback, ms, args, false);
globalThis.setInterval = (callback, ms, ...args) => new Timer(callback, ms, args, true);
globalThis.clearTimeout = globalThis.clearInterval = (timer) => void timers.delete(timer);
AbortSignal.timeout = (ms) => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException("The time is up.", "TimeoutError")), ms);
  timer.unref();
  timer.limit = true;
  return controller.signal;
};
globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now);
    else super(...args);
  }
  static now() {
    return now;
  }
};
performance.now = () => now - start;
Object.defineProperty(performance, "timeOrigin", { value: start });
