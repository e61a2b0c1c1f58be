import ms, { type StringValue } from "ms";

/** A build may take an hour, and a deployment follows it. */
const DEFAULTS = { create: "75m", update: "75m", delete: "10m" } as const;

/** Milliseconds of a duration such as `90s`, `20m` or `1.5h`; undefined for anything else. Pure. */
export function parseDuration(text: unknown): number | undefined {
  // Without a unit, `ms` would assume milliseconds, which is never intended here.
  if (typeof text !== "string" || !/^\d+(\.\d+)?\s*[a-z]+$/i.test(text.trim())) return undefined;
  const parsed = ms(text.trim() as StringValue) as number | undefined;
  return parsed !== undefined && parsed > 0 ? parsed : undefined;
}

/** How long an operation may take, in milliseconds. */
export function timeoutMs(operation: keyof Timeouts, timeouts: Timeouts | undefined): number {
  return parseDuration(timeouts?.[operation]) ?? ms(DEFAULTS[operation]);
}

/** How long an operation may take: durations such as `90s`, `20m` or `1.5h`. */
export interface Timeouts {
  /** @default "75m", since a build may take an hour */
  create?: string;
  /** @default "75m" */
  update?: string;
  /** Until the app is gone. @default "10m" */
  delete?: string;
}
