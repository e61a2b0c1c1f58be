import { InitializationError } from "../errors";
import { valueAt, withValueAt, type Path } from "../appspec/diff";
import { isPlainObject } from "../appspec/lists-by-name";
import { secretPaths } from "../resources/app/secret-paths";
import type { AppInputs } from "../resources/app/state";
import type { HostedProvider } from "./hosted";

/** Marks a secret for the engine, which checks every map for this key. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/**
 * Wraps the provider of Apps so that all secrets in its results are marked. The engine only encrypts values in the state that are
 * secret at the same place in the inputs. Others would be stored in plain text: values restored by a rollback, moved at the
 * service, or returned by the service under another name.
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
  // It is an error of the same class.
  return Object.assign(Object.create(provider) as T, marking);
}

function withoutPlaces({ __secrets: _places, ...inputs }: { __secrets?: unknown }): object {
  return inputs;
}

/**
 * A copy of the values that marks the secrets that the engine does not mark itself. Pure.
 * @param given the inputs that the engine compares them with
 * @param olds the previous values, whose secrets remain secret
 */
export const markedIn = (values: object, given: object, olds: object | undefined): object =>
  secretPaths(values, { given, olds, marked: given })
    .map((path) => outermostList(values, path))
    .reduce<unknown>((copy, path) => mark(copy, path), values) as object;

/** Like the engine: a list that contains a secret is secret. */
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
