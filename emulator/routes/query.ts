import { badRequest } from "../errors";
import { isUuid } from "../model/ids";
import type { Ctx } from "./context";

/** Query parameters; invalid ones are rejected with 400 and their name. */

const DURATION = /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;
const WHOLE = /^-?\d{1,15}$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Values of a list, repeated or comma-separated; empty values are ignored unless only some values are `allowed`. */
export function list(c: Ctx, name: string, allowed?: readonly string[]): string[] {
  const given = (c.req.queries(name) ?? []).flatMap((text) => text.split(","));
  const values = allowed === undefined ? given.filter((text) => text !== "") : given;
  const odd = allowed === undefined ? undefined : values.find((value) => !allowed.includes(value));
  if (odd !== undefined) throw badRequest(`${name}: "${odd}" must be one of ${allowed?.join(", ")}`);
  return values;
}

export function flag(c: Ctx, name: string): boolean {
  const text = c.req.query(name) ?? "false";
  if (text !== "true" && text !== "false") throw badRequest(`${name} must be true or false`);
  return text === "true";
}

/** Undefined when it is missing. */
export function whole(c: Ctx, name: string): number | undefined {
  const text = c.req.query(name) ?? "";
  if (text === "") return undefined;
  if (!WHOLE.test(text)) throw badRequest(`${name} must be a whole number`);
  return Number(text);
}

export function checkDuration(c: Ctx, name: string): void {
  const text = c.req.query(name) ?? "";
  if (text !== "" && !DURATION.test(text)) throw badRequest(`${name} must be a duration such as 3m`);
}

/** A string; undefined when it is missing or empty. */
export const optionalQuery = (c: Ctx, name: string): string | undefined => c.req.query(name) || undefined;

/** An id, or undefined when it is missing. */
export function optionalId(c: Ctx, name: string): string | undefined {
  const text = c.req.query(name) ?? "";
  if (text === "") return undefined;
  if (!isUuid(text)) throw badRequest(`${name} must be a UUID`);
  return text.toLowerCase();
}

/** The moment that a text describes, in milliseconds since the epoch. @throws {@link ApiError} 400 */
export function moment(name: string, text: unknown): number {
  // A plus sign arrives as a space unless the client encodes it.
  const read = typeof text === "string" ? text.replace(/ (?=\d\d:\d\d$)/, "+") : "";
  const at = DATE_TIME.test(read) ? Date.parse(read) : NaN;
  if (Number.isNaN(at)) throw badRequest(`${name} must be a date and time such as 2026-01-17T00:00:00Z`);
  return at;
}
