import { shown } from "../text/shown";

/** Lines with which the host would repeat an error, see below. */
const repeated = new Set<string>();
let isListening = false;

/**
 * Pulumi shows an error on its resource. For check, diff, read and delete, the host also prints its text and stack, which
 * would appear on the stack's row. This suppresses that second copy.
 */
export function printOnce(error: unknown, urn: string | undefined): unknown {
  if (!(error instanceof Error)) return error;
  Object.defineProperty(error, "message", {
    value: shown(error.message),
    writable: true,
    configurable: true,
  });
  const name = urn?.split("::").at(-1) ?? "the resource";
  error.toString = () => name;
  error.stack = "failed, see the error on its row";
  repeated.add(`${name}: ${error.stack}`);
  listen();
  return error;
}

/** The host prints through the console. If a future host does not, each error adds one line. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  const print = console.error.bind(console); // eslint-disable-line no-console
  // eslint-disable-next-line no-console
  console.error = (...args: unknown[]) => {
    if (args.length !== 1 || typeof args[0] !== "string" || !repeated.has(args[0])) print(...args);
  };
}
