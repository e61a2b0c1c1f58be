import { badRequest } from "../errors";

const MAX_PER_PAGE = 200;

function whole(text: string | undefined, fallback: number, name: string, max: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < 1) throw badRequest(`${name} must be a whole number from 1`);
  if (value > max) throw badRequest(`${name} must be at most ${max}`);
  return value;
}

export interface Page<T> {
  items: T[];
  links: { pages?: Record<string, string> };
  meta: { total: number };
}

/** The page that an address requests, with links to the others; the links keep all other query parameters. */
export function pageOf<T>(items: readonly T[], address: string): Page<T> {
  const url = new URL(address);
  const perPage = whole(url.searchParams.get("per_page") ?? undefined, 20, "per_page", MAX_PER_PAGE);
  const current = whole(url.searchParams.get("page") ?? undefined, 1, "page", Number.MAX_SAFE_INTEGER);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const link = (number: number): string => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    target.searchParams.set("per_page", String(perPage));
    return target.href;
  };
  const pages: Record<string, string> = {};
  if (current > 1) {
    pages.first = link(1);
    pages.prev = link(Math.min(current - 1, last));
  }
  if (current < last) {
    pages.next = link(current + 1);
    pages.last = link(last);
  }
  return {
    items: items.slice((current - 1) * perPage, current * perPage),
    links: Object.keys(pages).length > 0 ? { pages } : {},
    meta: { total: items.length },
  };
}

/** The response with one page of `items` under `key`. @param view renders an item; called only for items on the page */
export function page<T>(
  key: string,
  items: readonly T[],
  address: string,
  view: (item: T) => unknown = (item) => item,
): Record<string, unknown> {
  const { items: shown, ...rest } = pageOf(items, address);
  return { [key]: shown.map((item) => view(item)), ...rest };
}
