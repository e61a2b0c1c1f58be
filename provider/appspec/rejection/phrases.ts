import type { ListPath } from "../problem";
import { nodesOf } from "./nodes";

/** Fields whose names occur in messages about other things as well. */
const COMMON_WORDS = new Set([
  ...[
    "app",
    "branch",
    "component",
    "engine",
    "key",
    "match",
    "name",
    "operator",
    "path",
    "port",
    "repo",
    "rule",
  ],
  ...["scope", "size", "source", "spec", "type", "url", "value", "version", "window"],
]);

/** Places that a text mentions in words. */
export interface Mentioned {
  readonly places: readonly ListPath[];
  /** The words are too common to prove anything by themselves. */
  readonly isVague: boolean;
}

/** The places whose fields a text mentions with the most words, such as "health check port" or "http_port". */
export function placesInWords(text: string, spec: unknown): Mentioned {
  const words = ` ${wordsOf(text.replaceAll(/"[^"]*"|'[^']*'/g, " ")).join(" ")} `;
  const rated = nodesOf(spec)
    .filter(({ path }) => typeof path.at(-1) === "string")
    .map(({ path }) => ({ path, phrase: longestPhrase(path, words) }))
    .filter(({ phrase }) => phrase.length > 0);
  const most = Math.max(0, ...rated.map(({ phrase }) => phrase.length));
  const best = rated.filter(({ phrase }) => phrase.length === most);
  return {
    places: best.map(({ path }) => path),
    isVague: best.every(({ phrase }) => COMMON_WORDS.has(phrase)),
  };
}

/** The longest end of the path's fields that occurs in the words; empty if none does. */
function longestPhrase(path: ListPath, words: string): string {
  const fields = ["app", ...path.filter((step) => typeof step === "string")];
  const phrases = fields.map((_, index) => wordsOf(fields.slice(index).join(" ")).join(" "));
  return phrases.find((phrase) => phrase !== "" && words.includes(` ${phrase} `)) ?? "";
}

/** In lower case and in the singular. */
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .map((word) => (word.length > 3 ? word.replace(/s$/, "") : word));
