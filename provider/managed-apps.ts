import { isUnknown } from "./spec/unknown";

/** What an App declares that must be its own alone. */
interface Declared {
  readonly name?: unknown;
  readonly adopt?: unknown;
}

/**
 * Which resources of this run manage which apps, as far as the run has shown. One process serves a run, and Pulumi creates
 * before it deletes, so that a deletion can be refused for an app that another resource has taken over. Pure: no I/O.
 */
export class ManagedApps {
  /** URNs by app id. */
  private readonly managers = new Map<string, Set<string>>();
  /** The URN that created or adopted an app in this run, by app id. */
  private readonly taken = new Map<string, string>();
  private readonly declared = new Map<string, Declared>();
  /** The app's name as the state records it, by URN. */
  private readonly recorded = new Map<string, string>();
  private readonly deletions = new Map<string, Promise<void>>();

  /**
   * The program declares an App.
   * @returns why it cannot: another App has the same name, or adopts the same app
   */
  declare(urn: string, { name, adopt }: Declared): string[] {
    this.declared.set(urn, { name, adopt });
    const conflicts: string[] = [];
    for (const [other, theirs] of this.declared) {
      if (other === urn) continue;
      if (isName(name) && theirs.name === name)
        conflicts.push(
          `spec.name: ${resourceName(other)} and ${resourceName(urn)} both have the name ${name}. ` +
            "App names are unique within an account; rename one of them.",
        );
      if (isName(adopt) && theirs.adopt === adopt)
        conflicts.push(
          `adopt: ${resourceName(other)} and ${resourceName(urn)} both adopt the app ${adopt}. ` +
            "An app can be managed by one resource only; remove one of them.",
        );
    }
    return conflicts;
  }

  /** The name that the program gives the App in this run; undefined where it is not declared, or not known. */
  declaredName(urn: string): string | undefined {
    const name = this.declared.get(urn)?.name;
    return isName(name) ? name : undefined;
  }

  isDeclared(urn: string): boolean {
    return this.declared.has(urn);
  }

  /** An App of the program, other than `urn`, whose `adopt` is this id. */
  adopterOf(id: string, urn?: string): string | undefined {
    for (const [other, { adopt }] of this.declared) if (other !== urn && adopt === id) return other;
    return undefined;
  }

  /** The state records the App under this name. */
  record(urn: string, name: unknown): void {
    if (isName(name)) this.recorded.set(urn, name);
  }

  /** The name in the state, where this run has seen it there. */
  recordedName(urn: string): string | undefined {
    return this.recorded.get(urn);
  }

  /** The run has shown that the resource manages the app. */
  hold(urn: string | undefined, id: string): void {
    if (urn === undefined) return;
    const urns = this.managers.get(id) ?? new Set();
    this.managers.set(id, urns.add(urn));
  }

  /** The resource created or adopted the app in this run. */
  take(urn: string | undefined, id: string): void {
    this.hold(urn, id);
    this.taken.set(id, urn ?? "");
  }

  /** The resource does not manage the app any more. */
  release(urn: string | undefined, id: string): void {
    if (urn === undefined) return;
    this.managers.get(id)?.delete(urn);
    this.recorded.delete(urn);
  }

  /** A resource of the program, other than `urn`, that manages the app. */
  otherManager(id: string, urn: string | undefined): string | undefined {
    return [...(this.managers.get(id) ?? [])].find((other) => other !== urn);
  }

  /**
   * The resource that the app is left to when `urn` is deleted: another one that manages or adopts it, or `urn` itself where it
   * does so again, in a replacement. Undefined where the app has to be deleted.
   */
  heirOf(id: string, urn: string | undefined): string | undefined {
    return this.otherManager(id, urn) ?? this.taken.get(id) ?? this.adopterOf(id);
  }

  /** Deletes an app once, however many resources of the run share it. */
  deleteOnce(id: string, work: () => Promise<void>): Promise<void> {
    const begun = this.deletions.get(id) ?? work();
    this.deletions.set(id, begun);
    // One that failed may be tried again.
    begun.catch(() => this.deletions.delete(id));
    return begun;
  }
}

const isName = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && !isUnknown(value);

/** The resource's name in the program. */
export const resourceName = (urn: string): string => urn.split("::").at(-1) ?? urn;
