import { isPlainObject, mapsToLists, orderedLike } from "../../appspec/lists-by-name";
import { KEPT_SECRET } from "../../appspec/secrets";
import type { AppSpec } from "../../appspec/types";
import { withSecretsLeftOut } from "../../secrets/left-out";
import { placesFrom, singlePlaces } from "../../secrets/program-secrets";
import { secrecyOf } from "./app-secrets";
import type { AppOutputs } from "./state";

/**
 * The outputs of an App for programs in languages other than TypeScript, which use them as the state contains them: specs in the list
 * form and without secret values, since one secret would make the whole spec a secret there. The core's own forms are hidden outputs.
 */
export interface ProgramOutputs extends Omit<AppOutputs, "spec"> {
  spec: unknown;
  liveSpec: unknown;
  /** The core's `spec`. */
  __spec: unknown;
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
  return {
    ...outs,
    spec: orderedLike(open(outs.spec), like.spec),
    liveSpec: isPlainObject(outs.__liveSpec)
      ? orderedLike(open(outs.__liveSpec), like.liveSpec ?? like.spec)
      : {},
    __spec: outs.spec,
  };
}

/** The same outputs in the form of the core. Others are returned unchanged. */
export function inCoreForm<T extends AppOutputs>(outs: T): T {
  if (!Object.hasOwn(outs, "__spec")) return outs;
  const { __spec, liveSpec: _liveSpec, ...rest } = outs as T & ProgramOutputs;
  return { ...rest, spec: __spec } as unknown as T;
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
