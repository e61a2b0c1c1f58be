import { ApiError, InitializationError } from "../errors";
import { redact, redactError } from "./redact";

/** The secrets of an app. */
export interface Secrecy {
  readonly secrets: readonly string[];
  /**
   * The secrets except those equal to a name of the app or its components. Even if "web" is a secret, our own messages must
   * report which component failed. Text from elsewhere is masked with `secrets`.
   */
  readonly unmistakable: readonly string[];
}

/** One of our own messages with secrets masked. */
export const masked = (text: string, { unmistakable }: Secrecy): string => redact(text, unmistakable);

/** The error and its causes with secrets masked, since the service may repeat the request. */
export function withoutSecrets(error: unknown, { secrets, unmistakable }: Secrecy): unknown {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (!(at instanceof ApiError) || at.serviceMessage === undefined) continue;
    const { serviceMessage } = at;
    const cleared = redact(serviceMessage, secrets);
    at.message = at.message.replaceAll(serviceMessage, () => cleared);
    Object.assign(at, { serviceMessage: cleared });
  }
  redactError(error, unmistakable);
  if (error instanceof InitializationError)
    error.reasons.forEach((reason, index) => (error.reasons[index] = redact(reason, unmistakable)));
  return error;
}
