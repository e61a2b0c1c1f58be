import { separate, type Properties } from "./values/wire";

/** The arguments of a provider in a program, or the stack's configuration. */
export interface ProviderSettings {
  readonly token: string | undefined;
  readonly apiUrl: string | undefined;
  /** The program declares the provider itself, possibly for another account. */
  readonly isExplicit: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** @param urn of the provider; that of Pulumi's own one is called `default` or `default_VERSION` */
export function settingsIn(args: Properties, urn: string): ProviderSettings {
  const { plain } = separate<Properties>(args);
  const text = (name: string): string | undefined => {
    const value = plain[name];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  };
  const name = urn.split("::").at(-1) ?? "";
  return {
    token: text("token"),
    apiUrl: text("apiUrl"),
    isExplicit: urn !== "" && !/^default(_|$)/.test(name),
  };
}

/**
 * The environment of a provider: its own arguments take precedence if the program declares it; otherwise the environment does, since
 * a refresh or destroy may see an old copy of the stack's configuration.
 */
export function environmentOf({ token, apiUrl, isExplicit }: ProviderSettings, env: Env): Env {
  const hasOwnToken = isExplicit && token !== undefined;
  return {
    ...env,
    ...(hasOwnToken && { DIGITALOCEAN_TOKEN: token, DIGITALOCEAN_ACCESS_TOKEN: undefined }),
    ...(apiUrl !== undefined &&
      (isExplicit || !env["DIGITALOCEAN_API_URL"]) && { DIGITALOCEAN_API_URL: apiUrl }),
  };
}
