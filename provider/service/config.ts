import { AppPlatformError } from "../errors";

/** Address and credentials of the service. */
export interface ServiceConfig {
  readonly token: string;
  /** What to do if the service rejects the token; depends on the source of the token. */
  readonly tokenHelp: string;
  /** @default the real service */
  readonly baseUrl?: string;
}

/** Stack configuration key of the token; set it with `--secret`. */
export const TOKEN_KEY = "app-platform:token";

/** The key of the bridged DigitalOcean provider, so that a stack that uses both needs only one. */
export const BRIDGED_TOKEN_KEY = "digitalocean:token";

/**
 * The token comes from `DIGITALOCEAN_TOKEN`, `DIGITALOCEAN_ACCESS_TOKEN`, or the stack's secret config `app-platform:token` or
 * `digitalocean:token`, in this order. The environment takes precedence, since a refresh or destroy may see an old copy of the
 * config.
 * The address comes from `DIGITALOCEAN_API_URL`; the default is the real service.
 * @param stackConfig value of a full configuration key, if set
 * @throws AppPlatformError `missing-token`
 */
export function serviceConfig(
  env: Readonly<Record<string, string | undefined>>,
  stackConfig: (key: string) => string | undefined,
): ServiceConfig {
  const found =
    firstOf(["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"], (name) => env[name]) ??
    firstOf([TOKEN_KEY, BRIDGED_TOKEN_KEY], stackConfig);
  if (!found)
    throw new AppPlatformError(
      "missing-token",
      `No API token found. Set the environment variable DIGITALOCEAN_TOKEN, or run: pulumi config set --secret ${TOKEN_KEY}`,
    );
  const baseUrl = env["DIGITALOCEAN_API_URL"]?.trim();
  return { token: found.value, tokenHelp: helpFor(found.name), ...(baseUrl && { baseUrl }) };
}

/** The first of these settings that is not empty. */
function firstOf(
  names: readonly string[],
  valueOf: (name: string) => string | undefined,
): { name: string; value: string } | undefined {
  for (const name of names) {
    const value = valueOf(name)?.trim();
    if (value) return { name, value };
  }
  return undefined;
}

const NEW_TOKENS = "new tokens: https://cloud.digitalocean.com/account/api/tokens.";

/** @param source the environment variable or configuration key of the rejected token */
const helpFor = (source: string): string =>
  source.includes(":")
    ? `The token comes from the stack's configuration: run \`pulumi config set --secret ${source}\`, or set DIGITALOCEAN_TOKEN, which takes precedence. ` +
      "By default, `pulumi refresh` and `pulumi destroy` use the configuration recorded by the last up: " +
      `add --run-program to use the current one; ${NEW_TOKENS}`
    : `Set ${source} to a valid token; ${NEW_TOKENS}`;
