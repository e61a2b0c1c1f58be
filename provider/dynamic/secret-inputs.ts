import * as pulumi from "@pulumi/pulumi";
import type { SecretPlaces } from "../secrets/program-secrets";
import type { Path } from "../appspec/diff";

/**
 * The places of Pulumi secrets in the inputs of an App. The provider receives secrets unmarked, so it needs the places. Contains
 * no values.
 */
export function secretPlaces(inputs: pulumi.Inputs): pulumi.Output<SecretPlaces> {
  // Pulumi itself reports a failed input.
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

/** The known part of a value. `apply` would wait forever for a value that is unknown in a preview. */
const valueOf = (output: unknown): Promise<unknown> =>
  (output as { promise(withUnknowns: boolean): Promise<unknown> }).promise(true);

/** Resources, assets and Pulumi's marker for unknown values are not maps. */
const isPlain = (value: object): boolean =>
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
