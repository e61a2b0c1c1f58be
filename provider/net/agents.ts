import { Agent as HttpAgent } from "node:http";
import * as https from "node:https";

/** As Node's own agents have it. */
const KEEP = { keepAlive: true, scheduling: "lifo", timeout: 5_000 } as const;
const FRESH = { keepAlive: false } as const;

/**
 * Certificates are checked whatever NODE_TLS_REJECT_UNAUTHORIZED and the program's own agents say: a token goes over these
 * connections. An authority of one's own is added with NODE_EXTRA_CA_CERTS.
 */
export const CHECKED = { rejectUnauthorized: true } as const;

/**
 * Reads share kept-open connections. A write gets a fresh one: a kept-open connection that the service closes at that very moment
 * breaks in a way that cannot be told from a lost answer.
 */
export function agentFor({ protocol }: URL, write: boolean): HttpAgent | https.Agent {
  // Never Node's own agent: what it carries may be a proxy, which would see the token of a plain connection.
  if (protocol === "http:")
    return write ? (freshHttp ??= new HttpAgent(FRESH)) : (keptHttp ??= new HttpAgent(KEEP));
  // Here the proxy that Node was started with is wanted: it sees nothing but the host's name.
  const { options } = https.globalAgent;
  return write
    ? (freshHttps ??= new https.Agent({ ...options, ...FRESH, ...CHECKED }))
    : (keptHttps ??= new https.Agent({ ...options, ...KEEP, ...CHECKED }));
}
let freshHttp: HttpAgent | undefined;
let keptHttp: HttpAgent | undefined;
let freshHttps: https.Agent | undefined;
let keptHttps: https.Agent | undefined;
