const LONGEST = 32;

/**
 * The name of an app for any text: lowercase letters, digits and dashes, starting with a letter. A text that is a valid name stays the
 * same. Any other ends with a hash of the whole text, so that `feature/a` and `feature-a` do not get the same app. Pure.
 */
export function previewName(text: string): string {
  const plain = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  if (plain === text && plain.length >= 2 && plain.length <= LONGEST) return text;
  const hash = hashOf(text);
  const head = plain.slice(0, LONGEST - hash.length - 1).replace(/-+$/, "") || "app";
  return `${head}-${hash}`;
}

/** FNV-1a with 32 bits, in seven characters of base 36: enough for the branches of a repository. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36).padStart(7, "0");
}
