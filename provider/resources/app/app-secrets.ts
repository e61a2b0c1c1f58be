import { webhookUrls } from "./alerts/destinations";
import { partsOf, publicNames, textsAt, united } from "../../secrets/program-secrets";
import { secretValues } from "../../appspec/secrets";
import type { AppInputs } from "./state";
import type { Secrecy } from "../../secrets/mask-errors";

type Side = Pick<AppInputs, "spec" | "alertDestinations" | "__secrets"> & {
  /** The spec of the program, where the inputs have another one. */
  readonly programSpec?: unknown;
};

/** Of what the program wants, and of what there was before: logs of earlier deployments hold that. */
export function secrecyOf(news: Side, olds: Side | undefined): Secrecy {
  // Where the program ignores changes, its own values are not those of the inputs.
  const programs = news.programSpec === undefined ? [] : [{ ...news, spec: news.programSpec }];
  const sides = [news, ...programs, ...(olds ? [olds] : [])];
  // A place that is secret now was hardly public before.
  const places = united(news.__secrets ?? [], olds?.__secrets ?? []);
  const texts = sides.flatMap((side) => textsAt(side, places));
  const secrets = new Set([
    ...sides.flatMap(({ spec, alertDestinations }) => [
      ...secretValues(spec),
      ...webhookUrls(alertDestinations),
    ]),
    ...texts,
  ]);
  const names = new Set(sides.flatMap(({ spec }) => [...publicNames(spec, places)]));
  return {
    secrets: [...new Set([...secrets, ...texts.flatMap(partsOf)])],
    unmistakable: [...secrets].filter((secret) => !names.has(secret)),
  };
}
