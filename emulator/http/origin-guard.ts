import { isIP } from "node:net";
import { ApiError } from "../errors";

/**
 * Whoever develops with the emulator has a browser open beside it, and any page in there can send requests to this machine.
 * A page of another origin gives itself away by `sec-fetch-site` or `origin`; one that had its own name point here (DNS
 * rebinding) by the name it asks for. Programs send neither of the two and ask for a name that is this machine's.
 */

/** The name that clients ask for whose address can not be set, and which reach the emulator by a proxy. */
const SERVICE = "api.digitalocean.com";

/** What a request says about where it comes from. */
export interface Visit {
  readonly path: string;
  /** A header's value, by its lower-case name. */
  header(name: string): string | undefined;
}

/** The name in a `host` header, in lower case and without port; undefined when it holds none. */
export function nameIn(host: string): string | undefined {
  if (/[\s/?#@\\]/.test(host) || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$|\.$/g, "");
}

/** Names that no page can have for its own, as browsers do not ask anyone where they are. */
const isThisMachine = (name: string): boolean =>
  isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost");

/** Names that nobody can register, as those in a network of containers. */
const isUnregistered = (name: string): boolean => !name.includes(".") || name.endsWith(".internal");

/** As Go's `http.CrossOriginProtection` tells it: `sec-fetch-site` can not be forged by a page, and survives proxies. */
function isOfAnotherOrigin({ header }: Visit): boolean {
  const site = header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = header("origin");
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== header("host")?.toLowerCase();
}

const forbidden = (message: string): ApiError => new ApiError(403, "forbidden", message);

/**
 * Refuses what a web page of someone else asks for. Addresses of logs and consoles are secrets, and so need no protection.
 * @param allowed names to answer to besides this machine's, in lower case
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
      `The emulator does not answer to the name "${name ?? host}", as any web page could have it point here. ` +
        `Use 127.0.0.1 or localhost, or start the emulator with --allow-host ${name ?? "NAME"}.`,
    );
  // The status page holds nothing by itself, and may be opened by a link.
  if (path !== "/" && isOfAnotherOrigin(visit))
    throw forbidden(
      `The emulator takes no requests of web pages of another origin (${header("origin") ?? header("sec-fetch-site")}). ` +
        "Send them from a program, or have the page's own server pass them on.",
    );
}
