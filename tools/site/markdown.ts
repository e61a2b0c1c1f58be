// Links and headings of Markdown pages, as GitHub reads them. Pure.

/** Code in which nothing is a link: fences, then code in lines. */
const CODE = /^(`{3,}|~{3,})[^]*?^\1|(`+)[^`\n]+?\2/gm;

/** Links and images in their usual form, and the sources of HTML images. */
const LINK = /(!?\[(?:[^\][]|\[[^\]]*\]\([^)]*\)|\[[^\]]*\])*\]\()([^()\s]+)(\))/g;

const withoutCode = (page: string): string => page.replace(CODE, (code) => code.replace(/[^\n]/g, "x"));

export const isExternal = (target: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(target);

/** The targets of all links and images, in order. */
export function linksIn(page: string): string[] {
  const found: string[] = [];
  rewriteLinks(page, (target) => {
    found.push(target);
    return target;
  });
  return found;
}

/** @param rewrite returns the new target; undefined leaves only the link's text */
export function rewriteLinks(page: string, rewrite: (target: string) => string | undefined): string {
  const masked = withoutCode(page);
  let result = "";
  let end = 0;
  for (const match of masked.matchAll(LINK)) {
    const [all, open = "", target = ""] = match;
    const replaced = rewrite(target);
    const start = match.index;
    const before = page.slice(start, start + open.length);
    result += page.slice(end, start);
    result +=
      replaced === undefined ? before.replace(/^!?\[/, "").replace(/\]\($/, "") : `${before}${replaced})`;
    end = start + all.length;
  }
  return result + page.slice(end);
}

/** The text of a page's first heading. */
export const titleOf = (page: string): string | undefined => /^# (.+)$/m.exec(page)?.[1]?.replaceAll("`", "");

/** The anchors of all headings. */
export function anchorsIn(page: string): string[] {
  const counts = new Map<string, number>();
  const fenced = page.replace(/^(`{3,}|~{3,})[^]*?^\1/gm, "");
  return [...fenced.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const slug = slugOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** GitHub's anchor of a heading. */
export const slugOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
