import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** The name of an app whose creation was requested, and when, in milliseconds since the epoch. */
export interface Requested {
  readonly name: string;
  readonly at: number;
}

/**
 * The apps that live runs have created and not deleted yet: their ids, and the names of those whose creation was requested, but
 * whose id is not known. Only these are ever deleted.
 */
export class CreatedApps {
  private ids: readonly string[] = [];
  private names: readonly Requested[] = [];

  constructor(private readonly file: string) {
    if (existsSync(file)) [this.ids, this.names] = recordIn(readFileSync(file, "utf8"), file);
  }

  get list(): readonly string[] {
    return this.ids;
  }

  get requested(): readonly Requested[] {
    return this.names;
  }

  /** Before the request is sent: its response may be lost. */
  request(name: string, at: number): void {
    this.write(this.ids, [...this.names, { name, at }]);
  }

  /** The last request for this name created nothing. An earlier one may have, which is then the reason for a refusal. */
  refused(name: string): void {
    const last = this.names.findLastIndex((one) => one.name === name);
    this.write(
      this.ids,
      this.names.filter((_, index) => index !== last),
    );
  }

  /** No request for this name has created anything. */
  forget(name: string): void {
    this.write(this.ids, this.without(name));
  }

  /** @param name of the app with this id, if its creation was requested */
  add(id: string, name?: string): void {
    if (this.ids.includes(id) && !this.names.some((one) => one.name === name)) return;
    this.write([...new Set([...this.ids, id])], this.without(name));
  }

  remove(id: string): void {
    this.write(
      this.ids.filter((other) => other !== id),
      this.names,
    );
  }

  private without(name: string | undefined): Requested[] {
    return this.names.filter((one) => one.name !== name);
  }

  /** Replaced atomically, because the process may be killed at any moment. */
  private write(ids: readonly string[], names: readonly Requested[]): void {
    mkdirSync(dirname(this.file), { recursive: true });
    const record = { apps: ids, ...(names.length > 0 && { requested: names }) };
    writeFileSync(`${this.file}.next`, `${JSON.stringify(record, undefined, 2)}\n`);
    renameSync(`${this.file}.next`, this.file);
    [this.ids, this.names] = [ids, names];
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function recordIn(text: string, file: string): [string[], Requested[]] {
  const { apps, requested = [] } = JSON.parse(text) as { apps?: unknown; requested?: unknown };
  const areIds = Array.isArray(apps) && apps.every((id) => typeof id === "string" && UUID.test(id));
  const areNames =
    Array.isArray(requested) &&
    requested.every(
      (one: Partial<Requested> | null) => typeof one?.name === "string" && typeof one.at === "number",
    );
  if (!areIds || !areNames)
    throw new Error(`${file} is damaged: it must contain {"apps": [ids], "requested": [{name, at}]}`);
  return [apps as string[], requested as Requested[]];
}

/** A service that apps are deleted from. */
export interface Deleting {
  /** @returns the status */
  readonly remove: (id: string) => Promise<number>;
  /** The ids and names of all apps. */
  readonly list: () => Promise<readonly { id: string; name: string }[]>;
  readonly now: () => number;
}

export interface Left {
  /** Ids that could not be deleted. */
  readonly ids: readonly string[];
  /** Names that are in no list, but whose app may still appear. */
  readonly names: readonly string[];
}

/** A creation whose app is in no list after so long created nothing. Milliseconds. */
const APPEARS_WITHIN_MS = 10 * 60_000;

/**
 * Deletes the recorded apps; an app that is gone counts as deleted. An app whose id is not known is looked for by exactly the
 * name that its run generated and recorded.
 */
export async function cleanUp(created: CreatedApps, { remove, list, now }: Deleting): Promise<Left> {
  const names: string[] = [];
  if (created.requested.length > 0) {
    const apps = await list().catch(() => undefined);
    const newest = new Map(created.requested.map(({ name, at }) => [name, at]));
    for (const [name, at] of newest) {
      const found = apps?.find((app) => app.name === name);
      if (found !== undefined) created.add(found.id, name);
      else if (apps !== undefined && now() - at > APPEARS_WITHIN_MS) created.forget(name);
      else names.push(name);
    }
  }
  const ids: string[] = [];
  for (const id of created.list) {
    const status = await remove(id).catch(() => 0);
    if ((status >= 200 && status < 300) || status === 404) created.remove(id);
    else ids.push(id);
  }
  return { ids, names };
}
