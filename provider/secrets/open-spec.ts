import { normalizeScalars } from "../appspec/coerce-scalars";
import { valueAt, withValueAt } from "../appspec/diff";
import { secretAddresses } from "../appspec/secret-addresses";
import { KEPT_SECRET } from "../appspec/secrets";
import { secretVariables } from "../appspec/stored-secrets";
import type { AppSpec } from "../appspec/types";
import { withSecretsLeftOut } from "./left-out";

/** The spec of an existing app for a program or file, and the addresses of the secrets that it leaves to the service. */
export interface OpenSpec {
  readonly spec: AppSpec;
  readonly secrets: readonly string[];
}

/**
 * The spec of an existing app for a program or file that others may read. SECRET variables have no value, and a fixed text
 * replaces all other secrets: in both places, an App that adopts or imports the app keeps the stored value. Pure.
 */
export function withoutSecretValues(spec: AppSpec): OpenSpec {
  const hidden = normalizeScalars(withSecretsLeftOut(spec, { places: [], texts: [] })) as AppSpec;
  const isKept = (path: readonly (string | number)[]): boolean => valueAt(hidden, path) === KEPT_SECRET;
  const secrets = secretAddresses(hidden);
  const open = secretVariables(hidden).variables.map(({ path }) => [...path, "value"]);
  return {
    spec: open
      .filter(isKept)
      .reduce<unknown>((copy, path) => withValueAt(copy, path, undefined), hidden) as AppSpec,
    secrets: [...new Set([...secrets, ...secretVariables(hidden).variables.map(({ address }) => address)])],
  };
}
