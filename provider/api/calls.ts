import { isObject } from "../net/failures";
import { type Page, allPages, readPage } from "./pages";
import * as shapes from "./shapes";
import type { Answered, Call, CallOptions, Transport } from "../net/transport";
import type { App, Deployment } from "./types";

/** A call whose response contains an app. */
export async function askApp(transport: Transport, call: Call): Promise<App> {
  const answered = await transport.call(call);
  return shapes.checkApp(answered, shapes.bodyOf(answered).app);
}

/** A call whose response contains a deployment. */
export async function askDeployment(transport: Transport, call: Call): Promise<Deployment> {
  const answered = await transport.call(call);
  return shapes.checkDeployment(answered, shapes.bodyOf(answered).deployment);
}

/**
 * A write that starts a deployment. Its response may not name it yet; then the deployment has to be looked for, and the write not
 * sent again.
 */
export async function askStarted(transport: Transport, call: Call): Promise<Deployment | undefined> {
  const answered = await transport.call(call);
  if (answered.body === undefined) return undefined;
  const { deployment } = shapes.bodyOf(answered);
  const isNamed = deployment != null && !(isObject(deployment) && Object.keys(deployment).length === 0);
  return isNamed ? shapes.checkDeployment(answered, deployment) : undefined;
}

/** Page number and page size of a list request. */
export interface PageRequest {
  /** From 1. @default 1 */
  readonly page?: number | undefined;
  /** 1 to 200. @default 20, by the service */
  readonly perPage?: number | undefined;
}

/** A paginated list. */
export interface PagedList<T> {
  readonly path: string;
  /** The response field that contains the items. */
  readonly field: string;
  readonly check: (answered: Answered, value: unknown, field: string) => T;
  readonly query?: Call["query"];
}

const PAGE_OF_THE_SERVICE = 20;

/** One page of a list. */
export async function askPage<T>(
  transport: Transport,
  list: PagedList<T>,
  { page = 1, perPage }: PageRequest,
  options?: CallOptions,
  seen = (page - 1) * (perPage ?? PAGE_OF_THE_SERVICE),
): Promise<Page<T>> {
  const query = { page, per_page: perPage, ...list.query };
  const answered = await transport.call({ method: "GET", path: list.path, query, ...options });
  const items = shapes.checkList(answered, list.field, list.check);
  return readPage(answered, items, page, seen + items.length);
}

/** All items of all pages, each once. */
export function askAll<T extends { id: string }>(
  transport: Transport,
  list: PagedList<T>,
  perPage: number | undefined,
  options?: CallOptions,
): AsyncIterable<T> {
  return allPages((page, seen) => askPage(transport, list, { page, perPage }, options, seen));
}
