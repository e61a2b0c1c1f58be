import { Ignoring } from "./ignored-properties";
import { mismatches, transformed } from "../options/mismatches";
import { appProperties } from "../options/named";
import { placesFrom, united, type SecretPlaces } from "../../secrets/program-secrets";
import type { Secrecy } from "../../secrets/mask-errors";
import type { ResourceMeta } from "../meta";
import type { AppInputs, AppOutputs } from "./state";
import { secrecyOf } from "./app-secrets";

export const ignoringIn = ({ program, ignored }: ResourceMeta): Ignoring =>
  Ignoring.of(program?.options, program?.spec, ignored);

/** Places of Pulumi secrets in the inputs or in the state. */
export function placesIn({ program }: ResourceMeta, inputs: AppInputs): SecretPlaces | undefined {
  const recorded = placesFrom(inputs.__secrets);
  const now = program?.secrets;
  return now && recorded ? united(now, recorded) : (now ?? recorded);
}

export function secretsIn(meta: ResourceMeta, inputs: AppInputs, olds?: AppOutputs): Secrecy {
  const places = placesIn(meta, inputs);
  const programSpec = meta.program?.spec;
  return secrecyOf(
    {
      ...inputs,
      ...(places && { __secrets: places }),
      ...(programSpec !== undefined && { programSpec }),
    },
    olds,
  );
}

/**
 * Paths in options that match nothing, neither in the program nor at the service.
 * @param olds the current app, with the service's spec
 */
export function optionMismatches(meta: ResourceMeta, news: AppInputs, olds?: object): string[] {
  const options = meta.program?.options ?? [];
  const paths = [...options, ...transformed(meta.ignored, options)];
  return mismatches(paths, appProperties(), [ignoringIn(meta).program(news), ...(olds ? [olds] : [])]);
}
