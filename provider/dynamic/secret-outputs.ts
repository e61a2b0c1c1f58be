import * as pulumi from "@pulumi/pulumi";
import { isDeferred, whenKnown } from "./inputs";
import type { Path } from "../appspec/diff";
import { isPlainObject } from "../appspec/lists-by-name";
import { formatPropertyPath } from "../resources/options/property-path";
import type { OptionPath } from "../resources/options/translate";

export interface SecretOutputs {
  /** Places in the inputs, which Pulumi then also marks as secret in the outputs. */
  readonly inputs: readonly Path[];
  /** Names of outputs, for the option itself. */
  readonly outputs: string[];
}

/** Pulumi's option only supports whole outputs. A nested value can be marked in the inputs, which makes its output secret too. */
export function secretOutputs(paths: readonly OptionPath[] = []): SecretOutputs {
  const wanted = paths
    .filter(({ option }) => option === "additionalSecretOutputs")
    .flatMap((path) => path.paths);
  return {
    inputs: wanted.filter(({ length }) => length > 1),
    // The service's spec is secret as a whole, under the name of the hidden output.
    outputs: wanted.filter(({ length }) => length === 1).map(formatPropertyPath),
  };
}

/** Inputs by name, with the values at the given places marked as secrets. */
export function markSecrets<T>(inputs: T, places: readonly Path[]): T {
  return places.reduce<unknown>((marked, place) => mark(marked, place), inputs) as T;
}

function mark(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return value === undefined ? value : pulumi.secret(value);
  if (isDeferred(value)) return whenKnown(value, (known) => mark(known, [step, ...rest]));
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (step === "*" || step === index ? mark(item, rest) : item));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, step === "*" || step === key ? mark(item, rest) : item]),
  );
}
