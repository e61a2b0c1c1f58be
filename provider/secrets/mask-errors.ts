import { webhookUrls } from "../resources/app/alerts/destinations";
import { ApiError, InitializationError } from "../errors";
import { partsOf, publicNames, textsAt, united } from "./program-secrets";
import { redact, redactError } from "./redact";
import { secretValues } from "../appspec/secrets";
import type { AppInputs } from "../resources/app/state";

/** What nobody may see of an app. */
export interface Secrecy {
  readonly secrets: readonly string[];
  /**
   * Those of them that are not names which everybody sees anyway, of the app and its components: where «web» is a secret,
   * words of our own still have to say which component failed. Words of others are masked with `secrets`.
   */
  readonly unmistakable: readonly string[];
}

type Side = Pick<AppInputs, "spec" | "alertDestinations" | "__secrets" | "__program">;

/** Of what the program wants, and of what there was before: logs of earlier deployments hold that. */
export function secrecyOf(news: Side, olds: Side | undefined): Secrecy {
  // Where the program ignores changes, its own values are not those of the inputs.
  const programs = news.__program === undefined ? [] : [{ ...news, spec: news.__program }];
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

/** A text of our own without anything secret. */
export const masked = (text: string, { unmistakable }: Secrecy): string => redact(text, unmistakable);

/** The error, in whose words nothing secret is left: the service may repeat what it was sent. */
export function withoutSecrets(error: unknown, { secrets, unmistakable }: Secrecy): unknown {
  if (error instanceof ApiError && error.serviceMessage !== undefined) {
    const { serviceMessage } = error;
    const cleared = redact(serviceMessage, secrets);
    error.message = error.message.replaceAll(serviceMessage, () => cleared);
    Object.assign(error, { serviceMessage: cleared });
  }
  redactError(error, unmistakable);
  if (error instanceof InitializationError)
    error.reasons.forEach((reason, index) => (error.reasons[index] = redact(reason, unmistakable)));
  return error;
}
