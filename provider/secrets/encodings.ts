import { printable } from "../text/printable";
import { textOf, type Characters } from "./characters";

/** Minimum length. Shorter values occur in ordinary text; masking them would make messages unreadable. */
const SHORTEST_SECRET = 3;
/** Minimum length for base64. Shorter secrets have too few unambiguous characters. */
const SHORTEST_IN_BASE64 = 6;

/** One written form of a secret. */
export interface WrittenForm {
  readonly form: string;
  /** Adjacent characters to mask too. */
  readonly widen?: Characters;
}

const isBase64 = textOf("A-Za-z0-9+/=_-");

const known = new WeakMap<readonly string[], { readonly count: number; readonly forms: WrittenForm[] }>();

/** The distinct written forms of all secrets. Results are cached per list. */
export function formsOf(secrets: readonly string[]): readonly WrittenForm[] {
  const before = known.get(secrets);
  if (before?.count === secrets.length) return before.forms;
  const byForm = new Map<string, WrittenForm>();
  for (const one of secrets.flatMap(writtenForms))
    // The widened form covers more.
    if (one.widen || !byForm.has(one.form)) byForm.set(one.form, one);
  const forms = [...byForm.values()];
  known.set(secrets, { count: secrets.length, forms });
  return forms;
}

/**
 * The forms in which a secret may appear in messages and logs: unchanged, per line, without invisible characters, in JSON,
 * in nested JSON, URL- and form-encoded, and in base64 at any offset. Empty if the secret is too short to be masked. Pure.
 */
export function writtenForms(secret: string): WrittenForm[] {
  const texts = new Set<string>();
  for (const part of [secret, ...secret.split(/[\r\n]+/).map((line) => line.trim())]) {
    if (part.length < SHORTEST_SECRET) continue;
    const json = inJson(part);
    for (const form of [part, json, inJson(json), ...inAddress(part)]) texts.add(form);
    const seen = printable(part);
    if (seen.length >= SHORTEST_SECRET) texts.add(seen);
  }
  const forms: WrittenForm[] = [...texts].map((form) => ({ form }));
  for (const form of new Set(inBase64(secret))) forms.push({ form, widen: isBase64 });
  return forms;
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

function inAddress(text: string): string[] {
  // Convert to bytes first, because a lone surrogate cannot be encoded.
  const encoded = encodeURIComponent(Buffer.from(text).toString());
  const strict = encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  // Form encoding keeps the asterisk and escapes the tilde.
  const inForm = new URLSearchParams([["", text]]).toString().slice(1);
  return [encoded, strict, inForm].flatMap((form) => {
    const small = form.replace(/%../g, (code) => code.toLowerCase());
    return [form, small, form.replaceAll("%20", "+"), small.replaceAll("%20", "+")];
  });
}

/** The base64 characters determined by the secret alone, which every base64 text that contains it has in common. */
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  if (bytes.length < SHORTEST_IN_BASE64) return [];
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const whole = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [whole, whole.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
