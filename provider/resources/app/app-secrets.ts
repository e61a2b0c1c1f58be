import { webhookUrls } from "./alerts/destinations";
import { partsOf, publicNames, textsAt, united } from "../../secrets/program-secrets";
import { secretValues } from "../../appspec/secrets";
import type { AppInputs } from "./state";
import type { Secrecy } from "../../secrets/mask-errors";

type Side = Pick<AppInputs, "spec" | "alertDestinations" | "__secrets"> & {
  /** The spec of the program, if it differs from the inputs. */
  readonly programSpec?: unknown;
};

/** Secrets of the program and of the previous state: logs of earlier deployments may contain old secrets. */
export function secrecyOf(news: Side, olds: Side | undefined): Secrecy {
  // With ignoreChanges, the program's own values differ from the inputs.
  const programs = news.programSpec === undefined ? [] : [{ ...news, spec: news.programSpec }];
  const sides = [news, ...programs, ...(olds ? [olds] : [])];
  // A place that is secret now was most likely secret before.
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
