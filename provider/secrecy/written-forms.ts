/** Shorter values cannot be told from ordinary text: masking them would leave nothing readable. */
const SHORTEST_SECRET = 3;
/** Shorter ones leave too few letters of their own in base64. */
const SHORTEST_IN_BASE64 = 6;

/** How a secret may be written in a text. */
export interface WrittenForm {
  readonly form: string;
  /** Characters beside it that belong to it. */
  readonly widen?: RegExp;
}

const BASE64 = /[A-Za-z0-9+/=_-]/;

/**
 * The ways in which a secret turns up in messages and logs: as it is, line by line, in JSON, in JSON within JSON, in
 * addresses and forms, and in base64, at whichever place of the encoded text. Empty for what is too short to be masked.
 * Pure.
 */
export function writtenForms(secret: string): WrittenForm[] {
  const texts = new Set<string>();
  for (const part of [secret, ...secret.split(/[\r\n]+/).map((line) => line.trim())]) {
    if (part.length < SHORTEST_SECRET) continue;
    const json = inJson(part);
    for (const form of [part, json, inJson(json), ...inAddress(part)]) texts.add(form);
  }
  const forms: WrittenForm[] = [...texts].map((form) => ({ form }));
  for (const form of new Set(inBase64(secret))) forms.push({ form, widen: BASE64 });
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
