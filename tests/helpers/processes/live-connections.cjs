"use strict";

// Appends the host of every connection that a process and its children open to the file LIVE_CONNECTIONS.

const { appendFileSync } = require("node:fs");
const net = require("node:net");

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args;
  const to = typeof first === "object" ? first : { port: first, host: args[1] };
  // Sockets with a path are files of this machine.
  if (!to.path) appendFileSync(process.env["LIVE_CONNECTIONS"], `${to.host ?? "localhost"}\n`);
  return connect.apply(this, args);
};
