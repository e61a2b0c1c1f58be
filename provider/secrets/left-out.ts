import { SPEC_LISTS, isPlainObject, namedPath } from "../appspec/lists-by-name";
import type { Path } from "../appspec/diff";
import { hideSecrets, KEPT_SECRET } from "../appspec/secrets";
import type { AppSpec } from "../appspec/types";
import type { SecretPlaces } from "./program-secrets";
import { holdsSecret } from "./redact";

/** The secrets to remove from a copy of a spec that others may read. */
export interface LeftOut {
  /** Where the program passes secrets, see `singlePlaces`; undefined if unknown. */
  readonly places: SecretPlaces | undefined;
  /** Secret strings, which may have moved to other places. */
  readonly texts: readonly string[];
}

/** Minimum length. Shorter strings may occur by chance. */
const SHORTEST_TEXT = 6;

/**
 * A copy of a spec of the service with {@link KEPT_SECRET} in place of every secret: secret fields of the AppSpec, secrets
 * of the program, strings that contain a secret, ciphertext, and anything that looks like a credential. Pure.
 * @param spec in its list form
 */
export function withSecretsLeftOut(spec: AppSpec, { places = [], texts }: LeftOut): AppSpec {
  const within = places.filter(([argument]) => argument === "spec").map((place) => place.slice(1));
  const hidden = new Set(within.map((path) => JSON.stringify(path)));
  const long = texts.filter((text) => text.length >= SHORTEST_TEXT);
  const copy = (value: unknown, path: Path): unknown => {
    if (hidden.size > 0 && path.length > 0 && hidden.has(JSON.stringify(namedPath(spec, path))))
      return KEPT_SECRET;
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...path, index]));
    if (isPlainObject(value))
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, copy(item, [...path, key])]),
      );
    if (isName(path)) return value;
    return typeof value === "string" && holdsSecret(value, long) ? KEPT_SECRET : value;
  };
  return hideSecrets(copy(spec, [])) as AppSpec;
}

const NAME_FIELDS = new Set(["name", ...Object.values(SPEC_LISTS).map(({ by }) => by)]);

/** Fields that identify list items are kept, and so is the app's name. */
const isName = (path: Path): boolean =>
  NAME_FIELDS.has(String(path.at(-1))) && (path.length === 1 || typeof path.at(-2) === "number");
