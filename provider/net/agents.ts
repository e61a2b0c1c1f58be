import { Agent as HttpAgent } from "node:http";
import * as https from "node:https";

/** The default of Node's own agents. */
const KEEP = { keepAlive: true, scheduling: "lifo", timeout: 5_000 } as const;
const FRESH = { keepAlive: false } as const;

/**
 * Certificates are always checked, regardless of NODE_TLS_REJECT_UNAUTHORIZED and of the program's own agents, because these
 * connections carry a token. NODE_EXTRA_CA_CERTS adds a private CA.
 */
export const CHECKED = { rejectUnauthorized: true } as const;

/**
 * Reads share keep-alive connections. A write gets a new one: if the service closes a keep-alive connection at that moment, the
 * failure looks like a lost response.
 */
export function agentFor({ protocol }: URL, write: boolean): HttpAgent | https.Agent {
  // Never Node's own agent: it may use a proxy, which would see the token of an unencrypted connection.
  if (protocol === "http:")
    return write ? (freshHttp ??= new HttpAgent(FRESH)) : (keptHttp ??= new HttpAgent(KEEP));
  // With TLS, Node's configured proxy is fine: it sees only the host name.
  const { options } = https.globalAgent;
  return write
    ? (freshHttps ??= new https.Agent({ ...options, ...FRESH, ...CHECKED }))
    : (keptHttps ??= new https.Agent({ ...options, ...KEEP, ...CHECKED }));
}
let freshHttp: HttpAgent | undefined;
let keptHttp: HttpAgent | undefined;
let freshHttps: https.Agent | undefined;
let keptHttps: https.Agent | undefined;
