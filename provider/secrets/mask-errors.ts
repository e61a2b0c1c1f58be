import { ApiError, InitializationError } from "../errors";
import { redact, redactError } from "./redact";

/** What nobody may see of an app. */
export interface Secrecy {
  readonly secrets: readonly string[];
  /**
   * Those of them that are not names which everybody sees anyway, of the app and its components: where «web» is a secret,
   * words of our own still have to say which component failed. Words of others are masked with `secrets`.
   */
  readonly unmistakable: readonly string[];
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
