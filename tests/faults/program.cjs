"use strict";

// A program that looks things up with the built package, one after the other as it is told to, in quick time. The parent
// is program.ts.

const platform = require("pulumi-app-platform");

/** Minutes far beyond the longest wait of a look-up: who reads an endless log has to stop by himself. */
const ENOUGH = 180;
const MINUTE_MS = 60_000;

/** @param endless that a log may never end, so that the reader stops by himself */
async function lookUp({ name, args, endless }) {
  if (!endless || name !== "getLogs") return platform[name](...args);
  const stop = new AbortController();
  let minutes = 0;
  const timer = setInterval(() => {
    if (++minutes >= ENOUGH) stop.abort();
  }, MINUTE_MS);
  try {
    return await platform.getLogs({ ...args[0], signal: stop.signal });
  } finally {
    clearInterval(timer);
  }
}

process.on("message", async ({ lookUp: asked }) => {
  if (asked === undefined) return;
  process.env.DIGITALOCEAN_TOKEN = asked.token;
  try {
    process.send({ found: { result: (await lookUp(asked)) ?? null } });
  } catch (error) {
    process.send({ found: { failure: `${error.message}\n${JSON.stringify(error)}` } });
  }
});
process.send({ ready: true });
