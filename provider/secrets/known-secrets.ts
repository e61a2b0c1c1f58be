import type { Secrecy } from "./mask-errors";

const NONE: Secrecy = { secrets: [], unmistakable: [] };

/** Secrets of the apps in this process, by app ID, for resources that know only an app's ID. */
export class KnownSecrets {
  /** @param own strings that are secret in addition to those of an app */
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

  /** The same secrets plus those of a resource. */
  with(own: readonly string[]): KnownSecrets {
    return new KnownSecrets(this.known, own);
  }
}
