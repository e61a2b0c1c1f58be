import type { Emulator, StoredApp } from "app-platform-emulator";
import { specOf, type Plan } from "./plan";

/**
 * Creates the app that exists before the first run, as from another tool: one version after the other.
 * @param deployed waits until the app's last deployment has finished
 */
export async function createExisting(
  { existing }: Plan,
  emulator: Emulator,
  token: string,
  deployed: (app: StoredApp) => Promise<void>,
): Promise<string | undefined> {
  const { name, versions = [] } = existing ?? {};
  for (const version of versions) {
    const [app] = emulator.apps();
    await fetch(`${emulator.url}/v2/apps${app ? `/${app.id}` : ""}`, {
      method: app ? "PUT" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ spec: specOf({ name: name ?? "", version }) }),
    });
    await deployed(emulator.apps()[0] as StoredApp);
  }
  emulator.clearCalls();
  return emulator.apps()[0]?.id;
}

/** What `app-pinned` suggests if no resource of the program made the rollback. */
export async function commitByHand(emulator: Emulator, token: string, output: string): Promise<boolean> {
  const id = /\(id ([0-9a-f-]{36})\) is pinned to the rollback deployment/.exec(output)?.[1];
  if (id === undefined) return false;
  await fetch(`${emulator.url}/v2/apps/${id}/rollback/commit`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  return true;
}

/** The id in the line that an error suggests. */
export const idToAdopt = (output: string): string | undefined => /adopt: "([0-9a-f-]{36})"/.exec(output)?.[1];

/** Errors that no user should ever see. */
export const RAW_ERROR = /TypeError|is not a function|Cannot read prop|undefined \(/;
