import type { Secrecy } from "./mask-errors";

const NONE: Secrecy = { secrets: [], unmistakable: [] };

/** What nobody may see of the apps that this process has to do with, for resources that know an app by its id alone. */
export class SecretsOfApps {
  /** @param own texts that are secret beside those of an app */
  constructor(
    private readonly known = new Map<string, Secrecy>(),
    private readonly own: readonly string[] = [],
  ) {}

  note(appId: string, secrecy: Secrecy): void {
    this.known.set(appId, secrecy);
  }

  of(appId: string): Secrecy {
    const { secrets, unmistakable } = this.known.get(appId) ?? NONE;
    return { secrets: [...secrets, ...this.own], unmistakable: [...unmistakable, ...this.own] };
  }

  /** The same secrets, with others that a resource has itself. */
  with(own: readonly string[]): SecretsOfApps {
    return new SecretsOfApps(this.known, own);
  }
}
