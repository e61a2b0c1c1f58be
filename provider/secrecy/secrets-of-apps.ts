import type { Secrecy } from "./secrecy";

const NONE: Secrecy = { secrets: [], unmistakable: [] };

/** What nobody may see of the apps that this process has to do with, for resources that know an app by its id alone. */
export class SecretsOfApps {
  private readonly known = new Map<string, Secrecy>();

  note(appId: string, secrecy: Secrecy): void {
    this.known.set(appId, secrecy);
  }

  of(appId: string): Secrecy {
    return this.known.get(appId) ?? NONE;
  }
}
