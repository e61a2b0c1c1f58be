import * as pulumi from "@pulumi/pulumi";
import type { SecretPlaces } from "../secrets/program-secrets";
import type { Path } from "../appspec/diff";

/**
 * Where the inputs of an App are Pulumi secrets. The provider receives secrets unmarked, so it is told the places; the
 * values stay out of it.
 */
export function secretPlaces(inputs: pulumi.Inputs): pulumi.Output<SecretPlaces> {
  // An input that fails is reported by Pulumi, where it is needed.
  return pulumi.output(search(inputs, []).catch(() => [])) as pulumi.Output<SecretPlaces>;
}

async function search(value: unknown, path: Path): Promise<Path[]> {
  if (value instanceof Promise) return search(await value, path);
  if (pulumi.Output.isInstance(value)) {
    if (await pulumi.isSecret(value)) return [path];
    return search(await valueOf(value), path);
  }
  if (Array.isArray(value)) return searchAll([...value.entries()], path);
  if (typeof value !== "object" || value === null || !isPlain(value)) return [];
  return searchAll(Object.entries(value), path);
}

async function searchAll(entries: [string | number, unknown][], path: Path): Promise<Path[]> {
  const found = await Promise.all(entries.map(([step, inner]) => search(inner, [...path, step])));
  return found.flat();
}

/** What is known of it. `apply` would wait forever for a value that a preview does not know. */
const valueOf = (output: unknown): Promise<unknown> =>
  (output as { promise(withUnknowns: boolean): Promise<unknown> }).promise(true);

/** Resources, assets and Pulumi's marker for unknown values are no maps. */
const isPlain = (value: object): boolean =>
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
