import { isSecretArgument, placesFrom } from "../secrets/program-secrets";
import type { LateRows } from "./late-rows";
import type { Requests } from "./requests";

/** Properties as the host passes them. */
interface Props {
  /** The resource's URN; the one in the state may be outdated. */
  __urn?: unknown;
  /** Where to report while the URN is unknown. */
  __row?: unknown;
  /** The paths of `ignoreChanges` in the engine's request. */
  __ignored?: unknown;
  __get?: unknown;
  /** Set for resources that are only read: a refresh does not compare them. */
  __readOnly?: unknown;
}
type Values = object & Props;

/** The provider interface that the host calls. */
export interface HostedProvider {
  configure(request: { config: { get(key: string): string | undefined } }): Promise<void>;
  check(olds: Values, news: Values): Promise<{ inputs: object }>;
  diff(id: string, olds: Values, news: Values): Promise<object>;
  create(inputs: Values): Promise<{ id: string; outs: object }>;
  read(id: string, props: Values): Promise<{ id?: string; props?: object; inputs?: object }>;
  update(id: string, olds: Values, news: Values): Promise<{ outs: object }>;
  delete(id: string, props: Values): Promise<void>;
}

/** After a read of a refresh, the engine calls diff at once. */
const DIFF_WITHIN_MS = 2_000;

/**
 * Wraps a provider for the host. Passes it the URN in the engine's request, and keeps the one in the state, if any: earlier
 * versions stored it in the inputs, where Pulumi would show a change or its removal.
 */
export function hosted(provider: HostedProvider, requests: Requests, rows: LateRows): HostedProvider {
  /** The URN in the state, by the actual one: in a replacement, the engine calls check again, without the state. */
  const inState = new Map<string, unknown>();
  /** Rows of reads whose URN a diff of the same id will provide. */
  const unnamed = new Map<string, string>();

  const labelOf = (props: Values, id?: string): string => {
    const { spec, __secrets } = props as { spec?: { name?: unknown }; __secrets?: unknown };
    const isSecret = isSecretArgument(placesFrom(__secrets) ?? [], ["spec", "name"]);
    return typeof spec?.name === "string" && !isSecret ? spec.name : (id ?? "a resource");
  };
  /** The properties for the provider, with the known facts about the resource. */
  const named = <T extends Values>(props: T, urn: string | undefined, row?: string): T => {
    const { __urn: _recorded, ...rest } = props;
    const ignored = requests.ignoredIn(props);
    return {
      ...rest,
      ...(urn === undefined ? { __row: row } : { __urn: urn }),
      ...(ignored && { __ignored: ignored }),
    } as T;
  };
  const onStackRow = async (props: Values, id?: string): Promise<string> => {
    const row = rows.open(labelOf(props, id));
    await rows.settle(row, undefined);
    return row;
  };
  const call = async <T>(
    props: Values,
    id: string | undefined,
    run: (own: Values) => Promise<T>,
  ): Promise<T> => {
    const urn = requests.urnOf(props, id);
    return run(named(props, urn, urn === undefined ? await onStackRow(props, id) : undefined));
  };

  return {
    configure: (request) => provider.configure(request),

    async check(olds, news) {
      // The program also provides the URN.
      const urn = requests.urnOf(news) ?? (news.__urn as string | undefined) ?? "";
      if (olds.__urn !== undefined) inState.set(urn, olds.__urn);
      const result = await provider.check(olds, { ...news, __urn: urn });
      return { ...result, inputs: recorded(result.inputs, inState.get(urn)) };
    },

    async diff(id, olds, news) {
      const urn = requests.urnOf(news, id);
      const row = unnamed.get(id);
      if (row !== undefined) {
        unnamed.delete(id);
        await rows.settle(row, urn);
      }
      return provider.diff(
        id,
        olds,
        named(news, urn, urn === undefined ? await onStackRow(news, id) : undefined),
      );
    },

    create: (inputs) =>
      call(inputs, undefined, (own) =>
        kept(inputs.__urn, async () => {
          const { id, outs } = await provider.create(own);
          return { id, outs: recorded(outs, inputs.__urn) };
        }),
      ),

    async read(id, props) {
      const isOnlyRead = props.__get === true || props.__readOnly === true;
      // A program's own `get` provides the URN; the one in the state may be outdated.
      const urn =
        requests.urnOf(props) ?? (props.__get === true ? (props.__urn as string | undefined) : undefined);
      const row = urn === undefined ? rows.open(labelOf(props, id)) : undefined;
      const before = props.__get === true ? undefined : props.__urn;
      let isCompared = false;
      try {
        const { props: outs, inputs, ...result } = await provider.read(id, named(props, urn, row));
        isCompared = result.id !== undefined && !isOnlyRead;
        return {
          ...result,
          ...(outs && { props: recorded(outs, before) }),
          ...(inputs && { inputs: recorded(inputs, before) }),
        };
      } finally {
        if (row !== undefined && isCompared) {
          unnamed.set(id, row);
          setTimeout(() => void rows.settle(row, undefined), DIFF_WITHIN_MS).unref();
        } else if (row !== undefined) await rows.settle(row, undefined);
      }
    },

    async update(id, olds, news) {
      // Get the URN before awaiting anything.
      return call(news, id, (own) =>
        kept(news.__urn, async () => ({
          outs: recorded((await provider.update(id, olds, own)).outs, news.__urn),
        })),
      );
    },

    delete: (id, props) => call(props, id, (own) => provider.delete(id, own)),
  };
}

/** The values to record in the state. */
function recorded(values: object, urn: unknown): object {
  const { __urn, __row, __ignored, ...rest } = values as Values;
  return urn === undefined ? rest : { ...rest, __urn: urn };
}

/** Handles properties in the error of a partly failed operation as well. */
async function kept<T>(urn: unknown, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const failed = error as { properties?: unknown };
    if (typeof failed?.properties === "object" && failed.properties !== null)
      failed.properties = recorded(failed.properties, urn);
    throw error;
  }
}
