import type { Client } from "../api/client";
import { collect } from "../api/pages";
import type { App } from "../api/types";
import { COMPONENT_LISTS } from "../appspec/component-lists";
import { AppPlatformError, contradicted, isApiError } from "../errors";
import { nearest } from "../appspec/nearest";

/** Maximum number of names in a message. */
const MOST_NAMES = 10;

/** The hint of a not-found error: the name that was most likely meant, or the available ones. Pure. */
export function near(word: string, names: readonly string[], what: string): string {
  const meant = nearest(word, names);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  if (names.length === 0) return `There are no ${what}.`;
  const shown = names.slice(0, MOST_NAMES).join(", ");
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : "";
  return `Available ${what}: ${shown}${more}.`;
}

export function notFound(what: string, help: string, cause?: unknown): AppPlatformError {
  return new AppPlatformError("not-found", `There is ${what}. ${help}`, cause === undefined ? {} : { cause });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** True if the service does not know the id. For a malformed id, it returns 400. */
export const isUnknownId = (error: unknown, ...ids: (string | undefined)[]): boolean =>
  isApiError(error, "not-found") ||
  (isApiError(error, "bad-request") && ids.some((id) => id !== undefined && !UUID.test(id)));

/** @throws AppPlatformError `not-found`, suggesting similar apps */
export async function appById(client: Client, id: string): Promise<App> {
  try {
    return await client.getApp(id);
  } catch (error) {
    if (!isUnknownId(error, id)) throw error;
    const apps = await collect(client.listApps());
    if (isApiError(error) && apps.some((app) => app.id === id)) throw contradicted(error);
    const named = apps.find(({ spec }) => spec.name === id);
    if (named)
      throw notFound(`no app with the id ${id}`, `The app of that name has the id ${named.id}.`, error);
    const meant = nearest(
      id,
      apps.map((app) => app.id),
    );
    const help = meant === undefined ? near(id, apps.map(nameAndId), "apps") : `Did you mean ${meant}?`;
    throw notFound(`no app with the id ${id}`, help, error);
  }
}

const nameAndId = ({ id, spec }: App): string => `${spec.name} (${id})`;

/** @throws AppPlatformError `not-found`, suggesting similar apps */
export async function appByName(client: Client, name: string): Promise<App> {
  const found = await client.findAppByName(name);
  if (found) return found;
  const apps = await collect(client.listApps());
  const names = apps.flatMap(({ spec }) => spec.name ?? []);
  throw notFound(`no app named ${name}`, near(name, names, "apps"));
}

/** The app with this id if it is a UUID, otherwise the app with this name. @throws AppPlatformError `not-found` */
export async function appByNameOrId(client: Client, nameOrId: string): Promise<App> {
  return UUID.test(nameOrId) ? appById(client, nameOrId) : appByName(client, nameOrId);
}

/** Names of an app's components. */
export const componentNames = ({ spec }: App): string[] =>
  COMPONENT_LISTS.flatMap((field) => (spec[field] ?? []).map(({ name }) => name));
