import { UNSAFE_IN_JSON } from "./printable";

/**
 * A value as JSON, like `JSON.stringify`, with characters escaped that a terminal or a CI runner would interpret. Parsing it gives
 * the same value. Pure.
 */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(UNSAFE_IN_JSON, (part) =>
    (part.codePointAt(0) ?? 0) > 0xffff
      ? part.split("").map(escaped).join("")
      : part.slice(0, -1) + escaped(part.slice(-1)),
  );
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
