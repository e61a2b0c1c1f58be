import * as pulumi from "@pulumi/pulumi";
import { Client } from "../api/client";
import { serviceConfig } from "../service/config";
import type { DeepInput } from "../dynamic/inputs";
import { hideSecrets } from "../appspec/secrets";
import { explainedBy, type Subject } from "./explain-not-found";

/**
 * A client for programs: the token and address of the environment, or the token of the stack's configuration.
 * @throws AppPlatformError `missing-token`, `bad-address`
 */
export function serviceClient(): Client {
  // Config.get() would warn of reading a secret in clear; a client has no other use for it.
  return new Client(serviceConfig(process.env, (key) => pulumi.runtime.getConfig(key)));
}

/**
 * Lets a failure of work that a program waits for arrive at once. Pulumi keeps the debugger of V8 on in programs, and with it
 * every `throw` after an `await` searches whatever waits for the promise, along each of its ways, for what catches it. Outputs
 * wait on many ways, each again on many: with every `apply` the search takes some twenty times longer, soon minutes. Here it ends.
 */
export function arrivingAtOnce<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => Promise.reject(error));
}

/** Runs a look-up of a program whose failure needs no explanation; for the others there is `explained`. */
export const asked = <T>(lookUp: (client: Client) => Promise<T>): Promise<T> =>
  arrivingAtOnce(lookUp(serviceClient()));

type Inputs<Args extends readonly unknown[]> = { [Index in keyof Args]: DeepInput<Args[Index]> };

/**
 * The twin of a look-up for inputs: what it looks up is known when they are, and stays unknown in previews where they do
 * not have a value yet. A secret among them makes the result a secret.
 */
export function lifted<Args extends unknown[], Result>(
  lookUp: (...args: Args) => Promise<Result>,
): (...args: Inputs<Args>) => pulumi.Output<Result> {
  return (...args) =>
    pulumi
      .all(args as unknown as pulumi.Input<unknown>[])
      .apply((known) => lookUp(...(known as unknown[] as Args))) as pulumi.Output<Result>;
}

/** The same for what nobody may see who does not need it: always a secret. */
export function liftedSecret<Args extends unknown[], Result>(
  lookUp: (...args: Args) => Promise<Result>,
): (...args: Inputs<Args>) => pulumi.Output<Result> {
  const twin = lifted(lookUp);
  return (...args) => pulumi.secret(twin(...args)) as unknown as pulumi.Output<Result>;
}

/** Runs a look-up of a program, see `explainedBy`. */
export function explained<T>(
  name: string,
  subject: Subject,
  lookUp: (client: Client) => Promise<T>,
): Promise<T> {
  return asked((client) => explainedBy(client, name, subject, () => lookUp(client)));
}

/** Specs hold ciphertext of secrets, which is nobody's business but the service's. */
export const withSecretsHidden = <T>(answer: T): T => hideSecrets(answer) as T;
