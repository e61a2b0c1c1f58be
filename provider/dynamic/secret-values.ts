import { InitializationError } from "../errors";
import { isEvident, isSecretArgument, placesFrom, type SecretPlaces } from "../secrets/program-secrets";
import { repeats } from "../secrets/redact";
import { mapLeaves, valueAt, withValueAt, type Path } from "../appspec/diff";
import { isPlainObject } from "../appspec/lists-by-name";
import { isCiphertext, KEPT_SECRET } from "../appspec/secrets";
import type { AppInputs } from "../resources/app/state";
import type { HostedProvider } from "./hosted";
import { secrecyOf } from "../resources/app/app-secrets";

/** How a secret is sent to the engine, which looks for this key in every map. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Shorter texts may be anywhere by chance. */
const SHORTEST_TEXT = 6;

/**
 * The provider of Apps, whose results have every secret marked. The engine encrypts in the state what is secret in the inputs,
 * at the same place; a value that is not among the inputs there would be in the state in clear: one that a rollback put back,
 * that somebody moved at the service, or that the service returns under another name.
 */
export function markingSecrets<T extends HostedProvider>(provider: T): T {
  const marked = async <T extends { outs: object }>(
    given: object,
    olds: object | undefined,
    work: Promise<T>,
  ): Promise<T> => {
    try {
      const result = await work;
      return { ...result, outs: markedIn(result.outs, given, olds) };
    } catch (error) {
      if (error instanceof InitializationError)
        Object.assign(error, { properties: markedIn(error.properties, given, olds) });
      throw error;
    }
  };
  const marking: HostedProvider = {
    configure: (request) => provider.configure(request),
    check: (olds, news) => provider.check(olds, news),
    diff: (id, olds, news) => provider.diff(id, olds, news),
    create: (inputs) => marked(inputs, undefined, provider.create(inputs)),
    update: (id, olds, news) => marked(news, olds, provider.update(id, olds, news)),
    async read(id, state) {
      const { props, inputs, ...result } = await provider.read(id, state);
      const { __secrets } = (props ?? {}) as AppInputs;
      return {
        ...result,
        ...(props && { props: markedIn(props, state, undefined) }),
        ...(inputs && { inputs: withoutPlaces(markedIn({ ...inputs, __secrets }, state, undefined)) }),
      };
    },
    delete: (id, props) => provider.delete(id, props),
  };
  // It is one of the same class.
  return Object.assign(Object.create(provider) as T, marking);
}

function withoutPlaces({ __secrets: _places, ...inputs }: { __secrets?: unknown }): object {
  return inputs;
}

/**
 * A copy of the values in which the secrets are marked that the engine does not mark itself. Pure.
 * @param given what the engine compares them with
 * @param olds the values of before, whose secrets are secret still
 */
export function markedIn(values: object, given: object, olds: object | undefined): object {
  const places = placesFrom((values as AppInputs).__secrets) ?? [];
  const { unmistakable } = secrecyOf(
    { ...(given as AppInputs), __secrets: places },
    olds as AppInputs | undefined,
  );
  const texts = unmistakable.filter((text) => text.length >= SHORTEST_TEXT && text !== KEPT_SECRET);
  const found: Path[] = [...places, ...outputsAt(places)].filter((path) => isOnlyIn(values, given, path));
  for (const argument of ["spec", "alertDestinations"])
    mapLeaves(valueAt(values, [argument]), (leaf, inner) => {
      const path = [argument, ...inner];
      const isPlace = isEvident(values, path) && isOnlyIn(values, given, path);
      if (isOpen(leaf) && (isPlace || (valueAt(given, path) !== leaf && repeats(leaf, texts))))
        found.push(path);
      return leaf;
    });
  return found
    .map((path) => outermostList(values, path))
    .reduce<unknown>((copy, path) => mark(copy, path), values) as object;
}

/** True where the engine has nothing to compare the value with; it marks one that is secret at the same place. */
function isOnlyIn(values: object, given: object, path: Path): boolean {
  const [value, other] = [valueAt(values, path), valueAt(given, path)];
  return value !== undefined && (other === undefined || isPlainObject(value) !== isPlainObject(other));
}

const isOpen = (leaf: unknown): leaf is string =>
  typeof leaf === "string" && leaf !== "" && leaf !== KEPT_SECRET && !isCiphertext(leaf);

/** The outputs in which the service returns an argument under another name. */
function outputsAt(places: SecretPlaces): Path[] {
  const isAt = (...path: Path): boolean => isSecretArgument(places, path);
  return [
    ...(isAt("projectId") ? [["project"]] : []),
    ...(isAt("spec", "region") ? [["region"]] : []),
    ...(isAt("spec", "name") ? [["liveUrl"], ["liveDomain"], ["defaultIngress"]] : []),
    ...(isAt("spec", "domains") ? [["liveUrl"], ["liveDomain"]] : []),
  ];
}

/** As the engine does it: a list with a secret in it is one. */
function outermostList(values: object, path: Path): Path {
  const index = path.findIndex((_, length) => Array.isArray(valueAt(values, path.slice(0, length))));
  return index < 0 ? path : path.slice(0, index);
}

function mark(values: unknown, path: Path): unknown {
  const isBelowMarked = path.some((_, length) => isMarked(valueAt(values, path.slice(0, length + 1))));
  return isBelowMarked
    ? values
    : withValueAt(values, path, { [SIGNATURE]: SECRET, value: valueAt(values, path) });
}

const isMarked = (value: unknown): boolean => isPlainObject(value) && Object.hasOwn(value, SIGNATURE);
