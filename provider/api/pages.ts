import { isObject, unreadableError } from "../net/failures";
import type { Answered } from "../net/transport";

/** The largest page size the service accepts. */
export const LARGEST_PAGE = 200;

/** Far above the size of any account; guards against a service that always returns a next page. */
const MOST_PAGES = 1000;

export interface Page<T> {
  readonly items: T[];
  /** Number of the next page; undefined on the last one. */
  readonly next: number | undefined;
  /** Total number of items on all pages, if the service reports it. */
  readonly total: number | undefined;
}

/**
 * What follows after page `page`. `seen` counts the items up to this page. Only the number in the link to the next page is used:
 * the token goes to the configured address, wherever a link points. Links may be absent; then the total decides, and without a
 * total the first empty page.
 * @throws {ApiError} `unreadable-answer` if the next page was already read
 */
export function readPage<T>(answered: Answered, items: T[], page: number, seen: number): Page<T> {
  const body = isObject(answered.body) ? answered.body : {};
  const total = isObject(body.meta) && typeof body.meta.total === "number" ? body.meta.total : undefined;
  const links = isObject(body.links) ? body.links : undefined;
  const link = isObject(links?.pages) ? links.pages.next : undefined;
  if (typeof link === "string" && link !== "") {
    const next = pageNumber(link) ?? page + 1;
    if (next <= page || next > MOST_PAGES) {
      throw unreadableError(answered, answered.status, `page ${page} links to page ${next} as the next one`);
    }
    return { items, next, total };
  }
  const more =
    items.length > 0 && page < MOST_PAGES && (total === undefined ? links === undefined : seen < total);
  return { items, next: more ? page + 1 : undefined, total };
}

/** All items of all pages, each once: an item moves to the next page when one is added before it meanwhile. */
export async function* allPages<T extends { id: string }>(
  fetchPage: (page: number, seen: number) => Promise<Page<T>>,
): AsyncGenerator<T> {
  const known = new Set<string>();
  let seen = 0;
  for (let page: number | undefined = 1; page !== undefined;) {
    const { items, next }: Page<T> = await fetchPage(page, seen);
    seen += items.length;
    for (const item of items) {
      if (known.has(item.id)) continue;
      known.add(item.id);
      yield item;
    }
    page = next;
  }
}

function pageNumber(link: string): number | undefined {
  try {
    // The base only serves to read relative links.
    const page = new URL(link, "https://localhost").searchParams.get("page");
    return page !== null && /^\d+$/.test(page) ? Number(page) : undefined;
  } catch {
    return undefined;
  }
}

/** All of it as a list. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
