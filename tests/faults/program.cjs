"use strict";

// A program that runs look-ups with the built package, one after the other as instructed, in quick time. The
// parent is program.ts.

const platform = require("pulumi-app-platform");

/** Minutes beyond the longest wait of a log: the reader of an endless log must stop by itself. */
const ENOUGH = 30;
const MINUTE_MS = 60_000;

/** Passes a signal that ends a log that may never end by itself. */
async function withSignal(endless, read) {
  if (!endless) return read({});
  const stop = new AbortController();
  let minutes = 0;
  const timer = setInterval(() => {
    if (++minutes >= ENOUGH) stop.abort();
  }, MINUTE_MS);
  try {
    return await read({ signal: stop.signal });
  } finally {
    clearInterval(timer);
  }
}

/** @param told receives the lines of a log that is read line by line */
async function lookUp({ name, args, endless }, told) {
  if (name !== "getLogs" && name !== "getLogsText") return platform[name](...args);
  return withSignal(endless, async (signal) => {
    const query = { ...args[0], ...signal };
    if (name === "getLogsText") return platform.getLogsText(query);
    for await (const line of platform.getLogs(query)) told.push(line);
    return told;
  });
}

process.on("message", async ({ lookUp: asked }) => {
  if (asked === undefined) return;
  process.env.DIGITALOCEAN_TOKEN = asked.token;
  const told = [];
  try {
    process.send({ found: { result: (await lookUp(asked, told)) ?? null } });
  } catch (error) {
    process.send({ found: { failure: `${error.message}\n${JSON.stringify(error)}`, told } });
  }
});
process.send({ ready: true });
