import { printable } from "../text/printable";
import { textOf, type Characters } from "./characters";

/** Shorter values cannot be told from ordinary text: masking them would leave nothing readable. */
const SHORTEST_SECRET = 3;
/** Shorter ones leave too few letters of their own in base64. */
const SHORTEST_IN_BASE64 = 6;

/** How a secret may be written in a text. */
export interface WrittenForm {
  readonly form: string;
  /** Characters beside it that belong to it. */
  readonly widen?: Characters;
}

const isBase64 = textOf("A-Za-z0-9+/=_-");

const known = new WeakMap<readonly string[], { readonly count: number; readonly forms: WrittenForm[] }>();

/** The written forms of all secrets, each once. Lists that are given again are not worked out again. */
export function formsOf(secrets: readonly string[]): readonly WrittenForm[] {
  const before = known.get(secrets);
  if (before?.count === secrets.length) return before.forms;
  const byForm = new Map<string, WrittenForm>();
  for (const one of secrets.flatMap(writtenForms))
    // Widened, it covers more.
    if (one.widen || !byForm.has(one.form)) byForm.set(one.form, one);
  const forms = [...byForm.values()];
  known.set(secrets, { count: secrets.length, forms });
  return forms;
}

/**
 * The ways in which a secret turns up in messages and logs: as it is, line by line, without invisible characters, in JSON,
 * in JSON within JSON, in addresses and forms, and in base64, at whichever place of the encoded text. Empty for what is too
 * short to be masked. Pure.
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
  // Through bytes, because half a surrogate pair cannot be encoded.
  const encoded = encodeURIComponent(Buffer.from(text).toString());
  const strict = encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  // Forms leave the asterisk as it is, and write the tilde in another way.
  const inForm = new URLSearchParams([["", text]]).toString().slice(1);
  return [encoded, strict, inForm].flatMap((form) => {
    const small = form.replace(/%../g, (code) => code.toLowerCase());
    return [form, small, form.replaceAll("%20", "+"), small.replaceAll("%20", "+")];
  });
}

/** What every base64 text has in common that holds the secret: the letters that no neighbour has a part in. */
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  if (bytes.length < SHORTEST_IN_BASE64) return [];
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const whole = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [whole, whole.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
