import { AppPlatformError } from "./errors";

/** Where the service is and what opens it. */
export interface ServiceConfig {
  readonly token: string;
  /** Absent: the real service. */
  readonly baseUrl?: string;
}

/** The stack's configuration key of the token, to be set with `--secret`. */
export const TOKEN_KEY = "app-platform:token";

/**
 * The token: `DIGITALOCEAN_TOKEN`, else `DIGITALOCEAN_ACCESS_TOKEN`, else the stack's secret config
 * `app-platform:token`. The environment wins, since a refresh or destroy may see an old copy of the config.
 * The address: `DIGITALOCEAN_API_URL`, else the real service.
 * @param stackConfig value of a full configuration key, if set
 * @throws AppPlatformError `missing-token`
 */
export function serviceConfig(
  env: Readonly<Record<string, string | undefined>>,
  stackConfig: (key: string) => string | undefined,
): ServiceConfig {
  const token = [env["DIGITALOCEAN_TOKEN"], env["DIGITALOCEAN_ACCESS_TOKEN"], stackConfig(TOKEN_KEY)]
    .map((candidate) => candidate?.trim())
    .find((candidate) => candidate);
  if (!token)
    throw new AppPlatformError(
      "missing-token",
      `No token for the service. Set the environment variable DIGITALOCEAN_TOKEN, or run: pulumi config set --secret ${TOKEN_KEY}`,
    );
  const baseUrl = env["DIGITALOCEAN_API_URL"]?.trim();
  return { token, ...(baseUrl && { baseUrl }) };
}
