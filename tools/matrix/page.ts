// The part of docs/compatibility.md that `npm run matrix -- --write` replaces. Pure.

const PART = /(<!-- matrix -->\n)[^]*?(<!-- \/matrix -->)/;

/** @throws Error if the page has no place for a table */
export function withTable(page: string, table: string, date: string): string {
  if (!PART.test(page)) throw new Error("the page has no line <!-- matrix --> with a <!-- /matrix -->");
  return page.replace(
    PART,
    (_all, before: string, after: string) => `${before}\nSeen on ${date}:\n\n${table}\n\n${after}`,
  );
}
