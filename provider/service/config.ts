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

/**
 * The token comes from `DIGITALOCEAN_TOKEN`, `DIGITALOCEAN_ACCESS_TOKEN`, or the stack's secret config `app-platform:token`, in
 * this order. The environment takes precedence, since a refresh or destroy may see an old copy of the config.
 * The address comes from `DIGITALOCEAN_API_URL`; the default is the real service.
 * @param stackConfig value of a full configuration key, if set
 * @throws AppPlatformError `missing-token`
 */
export function serviceConfig(
  env: Readonly<Record<string, string | undefined>>,
  stackConfig: (key: string) => string | undefined,
): ServiceConfig {
  const found = [
    ...["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"].map((name) => ({
      token: env[name]?.trim(),
      tokenHelp: `Set ${name} to a valid token; ${NEW_TOKENS}`,
    })),
    { token: stackConfig(TOKEN_KEY)?.trim(), tokenHelp: STACK_TOKEN_HELP },
  ].find(({ token }) => token);
  if (!found?.token)
    throw new AppPlatformError(
      "missing-token",
      `No API token found. Set the environment variable DIGITALOCEAN_TOKEN, or run: pulumi config set --secret ${TOKEN_KEY}`,
    );
  const baseUrl = env["DIGITALOCEAN_API_URL"]?.trim();
  return { token: found.token, tokenHelp: found.tokenHelp, ...(baseUrl && { baseUrl }) };
}

const NEW_TOKENS = "new tokens: https://cloud.digitalocean.com/account/api/tokens.";
const STACK_TOKEN_HELP =
  `The token comes from the stack's configuration: run \`pulumi config set --secret ${TOKEN_KEY}\`, or set DIGITALOCEAN_TOKEN, which takes precedence. ` +
  "By default, `pulumi refresh` and `pulumi destroy` use the configuration recorded by the last up: " +
  `add --run-program to use the current one; ${NEW_TOKENS}`;
