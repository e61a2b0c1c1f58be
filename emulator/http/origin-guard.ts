import { isIP } from "node:net";
import { ApiError } from "../errors";

/**
 * Developers have a browser open next to the emulator, and any page in it can send requests to this machine. A page of
 * another origin is recognized by `sec-fetch-site` or `origin`; a page whose own name resolves to this machine (DNS
 * rebinding) by the host name that it requests. Programs send neither header and request one of this machine's names.
 */

/** The host name requested by clients with a fixed address, which reach the emulator through a proxy. */
const SERVICE = "api.digitalocean.com";

/** What a request reveals about its origin. */
export interface Visit {
  readonly path: string;
  /** A header's value, by its lower-case name. */
  header(name: string): string | undefined;
}

/** The name in a `host` header, in lower case and without port; undefined if it contains none. */
export function nameIn(host: string): string | undefined {
  if (/[\s/?#@\\]/.test(host) || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$|\.$/g, "");
}

/** Names that no page can own, because browsers resolve them without DNS. */
const isThisMachine = (name: string): boolean =>
  isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost");

/** Names that nobody can register, such as those in a container network. */
const isUnregistered = (name: string): boolean => !name.includes(".") || name.endsWith(".internal");

/** Same check as Go's `http.CrossOriginProtection`: a page cannot forge `sec-fetch-site`, and proxies forward it. */
function isOfAnotherOrigin({ header }: Visit): boolean {
  const site = header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = header("origin");
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== header("host")?.toLowerCase();
}

const forbidden = (message: string): ApiError => new ApiError(403, "forbidden", message);

/**
 * Rejects requests from web pages of other origins. Addresses of logs and consoles are secret, so they need no
 * protection.
 * @param allowed host names to accept besides this machine's, in lower case
 * @throws {@link ApiError} 403
 */
export function refuseStrangers(visit: Visit, allowed: readonly string[]): void {
  const { path, header } = visit;
  if (path.startsWith("/_logs/")) return;
  const isApi = /^\/v\d+\//.test(path);
  const host = header("host");
  const name = nameIn(host ?? "localhost");
  const known =
    name !== undefined &&
    (isThisMachine(name) || allowed.includes(name) || (isApi && (isUnregistered(name) || name === SERVICE)));
  if (!known)
    throw forbidden(
      `The emulator rejects the host name "${name ?? host}", because any web page could point it here. ` +
        `Use 127.0.0.1 or localhost, or start the emulator with --allow-host ${name ?? "NAME"}.`,
    );
  // The status page itself contains no data, and may be opened by a link.
  if (path !== "/" && isOfAnotherOrigin(visit))
    throw forbidden(
      `The emulator rejects requests from web pages of another origin (${header("origin") ?? header("sec-fetch-site")}). ` +
        "Send them from a program, or through the page's own server.",
    );
}
