import * as pulumi from "@pulumi/pulumi";
import { Client } from "../../api/client";
import { serviceConfig } from "../../service/config";
import type { DeepInput } from "../inputs";

/**
 * A client for programs, with the token and address from the environment or the token from the stack's configuration.
 * @throws AppPlatformError `missing-token`, `bad-address`
 */
export function programClient(): Client {
  // Config.get() would warn about reading a secret in clear text; a client has no other use for it.
  return new Client(serviceConfig(process.env, (key) => pulumi.runtime.getConfig(key)));
}

/**
 * Rejects without a search for a handler. Pulumi enables V8's debugger in programs, so every `throw` after an `await` searches
 * all promises that wait for it, along every path, for a handler. Outputs create many paths: each `apply` makes the search about
 * twenty times longer, up to minutes. An explicit rejection avoids the search.
 */
export function rejectingAtOnce<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => Promise.reject(error));
}

/** Converts a function that takes a client to a function for programs. */
export function forPrograms<Args extends unknown[], Result>(
  work: (client: Client, ...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  const run = async (args: Args): Promise<Result> => work(programClient(), ...args);
  return (...args) => rejectingAtOnce(run(args));
}

/** A preview changes nothing at the service. */
export const unlessPreview = (): { preview: boolean } => ({ preview: pulumi.runtime.isDryRun() });

type Inputs<Args extends readonly unknown[]> = { [Index in keyof Args]: DeepInput<Args[Index]> };

/**
 * The same function for inputs. It runs once they are known; in previews its result stays unknown as long as one of them is. A
 * secret among them makes the result a secret.
 */
export function lifted<Args extends unknown[], Result>(
  lookUp: (...args: Args) => Promise<Result>,
): (...args: Inputs<Args>) => pulumi.Output<Result> {
  return (...args) =>
    pulumi
      .all(args as unknown as pulumi.Input<unknown>[])
      .apply((known) => lookUp(...(known as unknown[] as Args))) as pulumi.Output<Result>;
}

/** As {@link lifted}, for results that are always secret. */
export function liftedSecret<Args extends unknown[], Result>(
  lookUp: (...args: Args) => Promise<Result>,
): (...args: Inputs<Args>) => pulumi.Output<Result> {
  const twin = lifted(lookUp);
  return (...args) => pulumi.secret(twin(...args)) as unknown as pulumi.Output<Result>;
}
