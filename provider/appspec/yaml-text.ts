import { Document, visit } from "yaml";

/** Characters that an editor, YAML or the spec file parser would change. */
const FRAGILE = /[^\P{Cc}\n\t]|[\u2028\u2029\ufeff\ufffd]/gu;

/** A spec as YAML that `loadSpec` reads as the same spec. Pure. */
export function yamlText(spec: unknown): string {
  const document = new Document(spec, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      // Only double-quoted text can contain escapes.
      if (typeof node.value === "string" && node.value.search(FRAGILE) >= 0) node.type = "QUOTE_DOUBLE";
    },
  });
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return document.toString({ lineWidth: 0 }).replace(FRAGILE, escape);
}

/** For comments, which cannot contain escapes. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\ufeff\ufffd]/gu, " ");
