import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** The ids of the apps that live runs have created and not deleted yet. Only these are ever deleted. */
export class CreatedApps {
  private ids: string[];

  constructor(private readonly file: string) {
    this.ids = existsSync(file) ? idsIn(readFileSync(file, "utf8"), file) : [];
  }

  get list(): readonly string[] {
    return this.ids;
  }

  add(id: string): void {
    if (this.ids.includes(id)) return;
    this.write([...this.ids, id]);
  }

  remove(id: string): void {
    this.write(this.ids.filter((other) => other !== id));
  }

  /** Replaced atomically, because the process may be killed at any moment. */
  private write(ids: string[]): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(`${this.file}.next`, `${JSON.stringify({ apps: ids }, undefined, 2)}\n`);
    renameSync(`${this.file}.next`, this.file);
    this.ids = ids;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function idsIn(text: string, file: string): string[] {
  const { apps } = JSON.parse(text) as { apps?: unknown };
  if (!Array.isArray(apps) || !apps.every((id) => typeof id === "string" && UUID.test(id)))
    throw new Error(`${file} is damaged: it must contain {"apps": [ids]}`);
  return apps as string[];
}

/** Deletes the recorded apps; an app that is gone counts as deleted. @returns the ids that could not be deleted */
export async function cleanUp(
  created: CreatedApps,
  remove: (id: string) => Promise<number>,
): Promise<string[]> {
  const left: string[] = [];
  for (const id of created.list.slice()) {
    const status = await remove(id).catch(() => 0);
    if ((status >= 200 && status < 300) || status === 404) created.remove(id);
    else left.push(id);
  }
  return left;
}
