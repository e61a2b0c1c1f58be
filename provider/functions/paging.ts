import { collect } from "../api/pages";

/** One page of a list, or all pages without `page`. */
export interface PageQuery {
  /** Number of the page, starting at 1. @default all pages */
  readonly page?: number | undefined;
  /** Items per page, 1 to 200. @default 20 with `page`, otherwise 200 */
  readonly perPage?: number | undefined;
}

const LARGEST_PAGE = 200;

/** The requested page of a list, or all items. */
export async function listed<T>(
  { page, perPage }: PageQuery,
  onePage: (page: { page: number; perPage?: number | undefined }) => Promise<{ items: T[] }>,
  allPages: (perPage: number) => AsyncIterable<T>,
): Promise<T[]> {
  if (page === undefined) return collect(allPages(perPage ?? LARGEST_PAGE));
  return (await onePage({ page, perPage })).items;
}
