import { shown } from "../text/shown";

/** What the host is going to print of errors, see below. */
const repeated = new Set<string>();
let isListening = false;

/**
 * Pulumi shows an error on its resource. The host prints the text and the stack of what check, diff, read and delete throw as
 * well, which end up on the stack's row: this keeps them from there.
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

/** The host writes through the console, and has no other use for these lines. A host that does not shows one line for each. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  const print = console.error.bind(console); // eslint-disable-line no-console
  // eslint-disable-next-line no-console
  console.error = (...args: unknown[]) => {
    if (args.length !== 1 || typeof args[0] !== "string" || !repeated.has(args[0])) print(...args);
  };
}
