import { AppPlatformError } from "../errors";

export const DEFAULT_BASE_URL = "https://api.digitalocean.com";

/** True for 127.0.0.0/8, ::1 and `localhost`, in the notation of a URL's `hostname`. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * The service's address, without a trailing slash and without `/v2`. The error never repeats the address, which may contain a
 * password.
 * @throws {AppPlatformError} `bad-address`
 */
export function parseBaseUrl(text: string = DEFAULT_BASE_URL): string {
  const url = tryParse(text);
  if (url === null || url.hostname === "") throw bad("is not an address");
  if (url.protocol !== "https:" && url.protocol !== "http:") throw bad("does not start with https://");
  if (url.username !== "" || url.password !== "") throw bad("contains a user name or password");
  if (url.search !== "" || url.hash !== "") throw bad("contains a query or fragment");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw bad(`would send the token unencrypted to ${url.host}; http:// is allowed only for this machine`);
  }
  return url.origin + url.pathname.replace(/\/+$/, "").replace(/\/v2$/, "");
}

function tryParse(text: string): URL | null {
  try {
    return new URL(text.trim());
  } catch {
    return null;
  }
}

function bad(what: string): AppPlatformError {
  return new AppPlatformError(
    "bad-address",
    `The service's address ${what}. Set DIGITALOCEAN_API_URL to an address such as ${DEFAULT_BASE_URL}, ` +
      "or unset it.",
  );
}

/**
 * A path below the base address, with each `${part}` encoded.
 * @throws {AppPlatformError} `invalid-input` for a part that would change the meaning of the path
 */
export function path(strings: TemplateStringsArray, ...parts: string[]): string {
  let result = strings[0] ?? "";
  parts.forEach((part, index) => {
    // "" and ".." would turn "delete this app" into a request on another resource.
    if (typeof part !== "string" || part === "" || part === "." || part === "..") {
      throw new AppPlatformError(
        "invalid-input",
        `${JSON.stringify(part)} is not an id or name (in ${strings.join("…")}).`,
      );
    }
    result += encodeURIComponent(part) + (strings[index + 1] ?? "");
  });
  return result;
}

type QueryValue = string | number | boolean | undefined;

/** Query parameters; a list becomes one parameter per item. */
export type Query = Readonly<Record<string, QueryValue | readonly string[]>>;

/** `path` with the parameters of `query` that are set. */
export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? (value as readonly string[]) : [value])
      if (item !== undefined) search.append(key, String(item));
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}
