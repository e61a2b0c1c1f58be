import { isPlainObject, mapsToLists, orderedLike } from "../../appspec/lists-by-name";
import { KEPT_SECRET } from "../../appspec/secrets";
import type { AppSpec } from "../../appspec/types";
import { withSecretsLeftOut } from "../../secrets/left-out";
import { placesFrom, singlePlaces } from "../../secrets/program-secrets";
import { secrecyOf } from "./app-secrets";
import type { AppOutputs } from "./state";

/**
 * The outputs of an App for programs in languages other than TypeScript, which use them as the state contains them: specs in the list
 * form and without secret values, since one secret would make the whole spec a secret there. The core's own forms are hidden outputs,
 * as JSON: Pulumi handles every value of an output one by one, in each of its processes.
 */
export interface ProgramOutputs extends Omit<AppOutputs, "spec" | "__liveSpec"> {
  spec: unknown;
  liveSpec: unknown;
  /** The core's `spec`. */
  __spec: string;
  /** The core's `__liveSpec`. */
  __liveSpec?: string;
}

/** @param like specs in the list form whose lists have the order to use, since maps have none */
export function forPrograms(
  outs: AppOutputs,
  like: { readonly spec?: unknown; readonly liveSpec?: unknown },
): ProgramOutputs {
  const places = singlePlaces(outs, placesFrom(outs.__secrets) ?? []);
  const texts = secrecyOf(outs, undefined).unmistakable;
  const open = (spec: unknown): unknown =>
    withoutPlaceholders(withSecretsLeftOut(mapsToLists(spec) as AppSpec, { places, texts }));
  const { __liveSpec, ...others } = outs;
  return {
    ...others,
    spec: orderedLike(open(outs.spec), like.spec),
    liveSpec: isPlainObject(__liveSpec) ? orderedLike(open(__liveSpec), like.liveSpec ?? like.spec) : {},
    __spec: JSON.stringify(outs.spec),
    ...(__liveSpec !== undefined && { __liveSpec: JSON.stringify(__liveSpec) }),
  };
}

/** The same outputs in the form of the core. Others are returned unchanged. */
export function inCoreForm<T extends AppOutputs>(outs: T): T {
  if (!Object.hasOwn(outs, "__spec")) return outs;
  const { __spec, __liveSpec, liveSpec: _liveSpec, ...rest } = outs as unknown as ProgramOutputs;
  return { ...rest, spec: fromJson(__spec), __liveSpec: fromJson(__liveSpec) } as unknown as T;
}

/** States of earlier versions contain the value itself. Undefined if the text has been damaged. */
function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Without the placeholders, which are texts even where the AppSpec has numbers. */
function withoutPlaceholders(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== KEPT_SECRET).map(withoutPlaceholders);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== KEPT_SECRET)
      .map(([key, item]) => [key, withoutPlaceholders(item)]),
  );
}
