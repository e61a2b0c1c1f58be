import { webhookUrls } from "../alerts/destinations";
import { ApiError, InitializationError } from "../errors";
import { redact, redactError } from "./redact";
import { isPlainObject } from "../spec/keyed";
import { secretValues } from "../spec/secrets";
import type { AppInputs } from "../state";

/** What nobody may see of an app. */
export interface Secrecy {
  readonly secrets: readonly string[];
  /**
   * Those of them that are not names which everybody sees anyway, of the app and its components: where «web» is a secret,
   * words of our own still have to say which component failed. Words of others are masked with `secrets`.
   */
  readonly unmistakable: readonly string[];
}

type Side = Pick<AppInputs, "spec" | "alertDestinations">;

/** Of what the program wants, and of what there was before: logs of earlier deployments hold that. */
export function secrecyOf(news: Side, olds: Side | undefined): Secrecy {
  const sides = olds ? [news, olds] : [news];
  const secrets = sides.flatMap(({ spec, alertDestinations }) => [
    ...secretValues(spec),
    ...webhookUrls(alertDestinations),
  ]);
  const names = new Set(sides.flatMap(({ spec }) => namesIn(spec)));
  return { secrets, unmistakable: secrets.filter((secret) => !names.has(secret)) };
}

const NAMED = ["services", "static_sites", "workers", "jobs", "functions"];

function namesIn(spec: unknown): string[] {
  if (!isPlainObject(spec)) return [];
  const components = NAMED.flatMap((field) => {
    const map = Object.hasOwn(spec, field) ? spec[field] : undefined;
    return isPlainObject(map) ? Object.keys(map) : [];
  });
  return [...components, ...(typeof spec["name"] === "string" ? [spec["name"]] : [])];
}

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
