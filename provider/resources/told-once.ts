import { shown } from "../text/shown";

/**
 * Beside the error on the resource, the host prints the text and the stack of what check, diff, read and delete throw, on
 * the stack's row: kept to one line there.
 */
export function toldOnce(error: unknown, urn: string | undefined): unknown {
  if (!(error instanceof Error)) return error;
  Object.defineProperty(error, "message", {
    value: shown(error.message),
    writable: true,
    configurable: true,
  });
  const name = urn?.split("::").at(-1) ?? "the resource";
  error.toString = () => name;
  error.stack = "failed, as its own row says";
  return error;
}
