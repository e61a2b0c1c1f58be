import { isUnknown } from "./spec/unknown";

/** What an App declares that must be its own alone. */
interface Declared {
  readonly name?: unknown;
  readonly adopt?: unknown;
}

/** A declaration, and what the run has made of it. */
interface Declaration extends Declared {
  /** Pulumi checked it as a resource that is not in the state, or is to be replaced. */
  isNew: boolean;
  /** Its creation failed: nothing of it is in the state. */
  hasFailed: boolean;
}

/** What becomes of an app when a resource that managed it is deleted. */
export type Fate =
  | { readonly action: "delete" }
  /** Only the resource leaves the state. `heir` manages the app now; it may be the same resource, after a replacement. */
  | { readonly action: "leave"; readonly heir: string }
  /** Nothing is deleted, since `heir` was to take over the app, and failed. */
  | { readonly action: "keep"; readonly heir: string };

/**
 * Which resources of this run manage which apps, as far as the run has shown. One process serves a run, and Pulumi creates
 * before it deletes, so that a deletion can be refused for an app that another resource has taken over. Pure: no I/O.
 */
export class ManagedApps {
  /** URNs by app id. */
  private readonly managers = new Map<string, Set<string>>();
  /** The URN that created or adopted an app in this run, by app id. */
  private readonly taken = new Map<string, string>();
  private readonly declared = new Map<string, Declaration>();
  /** The app's name as the state records it, by URN. */
  private readonly recorded = new Map<string, string>();
  private readonly deletions = new Map<string, Promise<void>>();

  /**
   * The program declares an App.
   * @param isNew it is not in the state, or is to be replaced
   * @returns why it cannot: another App has the same name, or adopts the same app
   */
  declare(urn: string, { name, adopt }: Declared, isNew = false): string[] {
    this.declared.set(urn, { name, adopt, isNew, hasFailed: false });
    const conflicts: string[] = [];
    for (const [other, theirs] of this.declared) {
      if (other === urn) continue;
      const both = resourceName(other) === resourceName(urn) ? [other, urn] : [other, urn].map(resourceName);
      if (isName(name) && theirs.name === name)
        conflicts.push(
          `spec.name: ${both.join(" and ")} both have the name ${name}. ` +
            "App names are unique within an account; rename one of them.",
        );
      if (isName(adopt) && theirs.adopt === adopt)
        conflicts.push(
          `adopt: ${both.join(" and ")} both adopt the app ${adopt}. ` +
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

  /** The creation of the resource failed. One that had taken an app is in the state all the same. */
  fail(urn: string | undefined): void {
    const declaration = this.declared.get(urn ?? "");
    if (declaration) declaration.hasFailed = ![...this.taken.values()].includes(urn ?? "");
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
   * What becomes of the app when `urn` is deleted.
   * @param name of the app, as the state records it
   */
  fateOf(id: string, urn: string | undefined, name: string | undefined): Fate {
    const heir = this.otherManager(id, urn) ?? this.taken.get(id) ?? this.adopterOf(id);
    if (heir !== undefined) return { action: "leave", heir };
    // The program keeps the resource, so what is deleted is a record that an interrupted replacement left behind.
    if (urn !== undefined && this.declared.get(urn)?.isNew === false && this.managers.get(id)?.has(urn))
      return { action: "leave", heir: urn };
    for (const [other, theirs] of this.declared)
      if (theirs.hasFailed && isName(name) && theirs.name === name) return { action: "keep", heir: other };
    return { action: "delete" };
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
