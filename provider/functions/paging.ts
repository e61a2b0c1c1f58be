import { collect } from "../api/pages";

/** One page of a list; without `page`, all pages are read. */
export interface PageQuery {
  /** From 1. @default all pages */
  readonly page?: number | undefined;
  /** Items of a page, 1 to 200. @default 20 with `page`, else 200 */
  readonly perPage?: number | undefined;
}

const LARGEST_PAGE = 200;

/** What is wanted of a list: a page of it, or everything. */
export async function listed<T>(
  { page, perPage }: PageQuery,
  onePage: (page: { page: number; perPage?: number | undefined }) => Promise<{ items: T[] }>,
  allPages: (perPage: number) => AsyncIterable<T>,
): Promise<T[]> {
  if (page === undefined) return collect(allPages(perPage ?? LARGEST_PAGE));
  return (await onePage({ page, perPage })).items;
}
