import { bothAdopt, bothNamed, isManaged, isShared, type Manager } from "./app/name-taken";
import { nameIn } from "../appspec/app-name";
import { isUnknown } from "../appspec/unknown";
import type { RunClaims } from "./run-claims";
import type { ManagedApp } from "./stack-export";
import { stackOfUrn } from "./urn";

/** The arguments of an App that must be unique within a program. */
interface Declared {
  readonly name?: unknown;
  readonly adopt?: unknown;
}

/** A declaration and its status in this run. */
interface Declaration extends Declared {
  /** Pulumi checked it as a resource that is not in the state, or that will be replaced. */
  isNew: boolean;
  /** Its creation failed, and it is not in the state. */
  hasFailed: boolean;
}

/** The state of the stack. Pulumi itself only passes a provider the resources of its requests. */
export interface StackState {
  /** True if the run may skip some of the stack's resources, for example with `--target`. */
  readonly skipsResources: boolean;
  /** The apps in it at about the start of the run; undefined if the state is unavailable. */
  managedApps(): Promise<readonly ManagedApp[] | undefined>;
}

/** What to do with an app when a resource that managed it is deleted. */
export type Fate =
  | { readonly action: "delete" }
  /** Only remove the resource from the state. `heir` manages the app now; after a replacement, it may be the same resource. */
  | { readonly action: "leave"; readonly heir: string }
  /** Delete nothing: `heir` was supposed to take over the app, but failed. */
  | { readonly action: "keep"; readonly heir: string };

/**
 * Tracks which resources of this run manage which apps, as far as the run has shown. One process serves a run, and Pulumi
 * creates before it deletes, so this can prevent the deletion of an app that another resource has taken over. No I/O of its own.
 */
export class ManagedApps {
  /** URNs by app id. */
  private readonly managers = new Map<string, Set<string>>();
  /** The URN that created or adopted an app in this run, by app id. */
  private readonly taken = new Map<string, string>();
  private readonly declared = new Map<string, Declaration>();
  /** The app's spec as the state records it, by URN. */
  private readonly recorded = new Map<string, unknown>();
  /** Pairs of URN and id that no longer belong together, as the run has shown. */
  private readonly released = new Set<string>();
  private readonly deletions = new Map<string, Promise<void>>();

  /**
   * @param state requested only if the run itself has not shown enough
   * @param claims apps of other processes of the run
   */
  constructor(
    private readonly state?: StackState,
    private readonly claims?: RunClaims,
  ) {}

  /**
   * Records that the program declares an App.
   * @param recorded its spec in the state; undefined if it is new or will be replaced
   * @returns conflicts: another App has the same name, or adopts or manages the same app
   */
  declare(urn: string, { name, adopt }: Declared, recorded?: unknown): string[] {
    const isNew = recorded === undefined;
    this.declared.set(urn, { name, adopt, isNew, hasFailed: false });
    if (!isNew) this.record(urn, recorded);
    // The app it managed before belongs to another record, which Pulumi deletes; after a rename, under the old URN.
    if (isNew) for (const [id, urns] of this.managers) if (this.taken.get(id) !== urn) urns.delete(urn);
    const conflicts: string[] = [];
    for (const [other, theirs] of this.declared) {
      if (other === urn) continue;
      if (isName(name) && theirs.name === name) conflicts.push(bothNamed(name, other, urn));
      if (isName(adopt) && theirs.adopt === adopt) conflicts.push(bothAdopt(adopt, other, urn));
      if (name !== theirs.name)
        conflicts.push(...this.takenByName(urn, other), ...this.takenByName(other, urn));
    }
    return conflicts;
  }

  /** Conflict if an App adopts by name an app that another App manages and renames. */
  private takenByName(adopter: string, manager: string): string[] {
    const [theirs, ours] = [this.declared.get(adopter), this.declared.get(manager)];
    if (!theirs?.isNew || theirs.adopt !== true || ours?.isNew !== false) return [];
    if (!isName(theirs.name) || nameIn(this.recorded.get(manager)) !== theirs.name) return [];
    return [isManaged(`named ${theirs.name}`, manager, adopter)];
  }

  /** The name that the program gives the App in this run; undefined if not declared or not known. */
  declaredName(urn: string): string | undefined {
    const name = this.declared.get(urn)?.name;
    return isName(name) ? name : undefined;
  }

  isDeclared(urn: string): boolean {
    return this.declared.has(urn);
  }

  /** Why an App of the program cannot manage the app: another one manages or adopts it. */
  rivalry(id: string, urn: string): string | undefined {
    if (!this.declared.has(urn)) return undefined;
    const rival = [...(this.managers.get(id) ?? [])].find(
      (other) => other !== urn && this.declared.has(other),
    );
    if (rival !== undefined) return isShared(id, rival, urn);
    const adopter = this.adopterOf(id, urn);
    return adopter === undefined ? undefined : isManaged(id, urn, adopter);
  }

  /** An App of the program, other than `urn`, whose `adopt` is this id. */
  adopterOf(id: string, urn?: string): string | undefined {
    for (const [other, { adopt }] of this.declared) if (other !== urn && adopt === id) return other;
    return undefined;
  }

  /** The service has accepted this spec for the app. */
  record(urn: string | undefined, spec: unknown): void {
    if (urn !== undefined) this.recorded.set(urn, spec);
  }

  /** The spec in the state, if this run has seen it there. */
  recordedSpec(urn: string): unknown {
    return this.recorded.get(urn);
  }

  /** Records that the resource manages the app. */
  hold(urn: string | undefined, id: string): void {
    if (urn === undefined) return;
    const urns = this.managers.get(id) ?? new Set();
    this.managers.set(id, urns.add(urn));
    this.released.delete(pair(urn, id));
    this.claims?.note(id, urn);
  }

  /** Records that the resource created or adopted the app in this run. */
  take(urn: string | undefined, id: string): void {
    this.hold(urn, id);
    this.taken.set(id, urn ?? "");
  }

  /** Records that the creation of the resource failed. If it had already taken an app, it is still in the state. */
  fail(urn: string | undefined): void {
    const declaration = this.declared.get(urn ?? "");
    if (declaration) declaration.hasFailed = ![...this.taken.values()].includes(urn ?? "");
  }

  /** Records that the resource no longer manages the app. */
  forget(urn: string | undefined, id: string): void {
    if (urn === undefined) return;
    this.managers.get(id)?.delete(urn);
    this.released.add(pair(urn, id));
    if (this.managers.get(id)?.size === 0) this.claims?.drop(id);
    this.recorded.delete(urn);
  }

  /** A resource of the program, other than `urn`, that manages the app. */
  otherManager(id: string, urn: string | undefined): string | undefined {
    return [...(this.managers.get(id) ?? [])].find((other) => other !== urn);
  }

  /**
   * The resource of this stack that manages an app whose name `urn` needs.
   * @returns undefined if unknown; null if no resource manages it, according to the state
   */
  async managerOf(id: string, urn: string): Promise<Manager | undefined | null> {
    const shown = this.otherManager(id, urn);
    if (shown !== undefined) return this.asManager(shown, urn);
    const apps = await this.state?.managedApps();
    if (apps === undefined || !apps.some((app) => stackOfUrn(app.urn) === stackOfUrn(urn))) return undefined;
    const urns = apps.filter((app) => app.id === id && !app.toBeDeleted).map((app) => app.urn);
    const manager = urns.includes(urn) ? urn : urns[0];
    return manager === undefined ? null : this.asManager(manager, urn);
  }

  private asManager(manager: string, urn: string): Manager {
    return {
      urn: manager,
      isOwn: manager === urn,
      isDeclared: this.declared.has(manager),
      declaredName: this.declaredName(manager),
    };
  }

  /**
   * What to do with the app when `urn` is deleted. From then on the resource counts as deleted, unless the app is kept.
   * @param name the app's name in the state
   */
  async release(id: string, urn: string | undefined, name: string | undefined): Promise<Fate> {
    if (this.state?.skipsResources) this.learn(id, urn, await this.state.managedApps());
    const fate = this.fateOf(id, urn, name);
    if (fate.action !== "keep") this.forget(urn, id);
    return fate;
  }

  /** Resources that the run skips still manage the apps that the state records for them. */
  private learn(id: string, urn: string | undefined, apps: readonly ManagedApp[] = []): void {
    // Otherwise this is the state of another stack.
    if (!apps.some((app) => app.id === id && app.urn === urn)) return;
    for (const app of apps)
      if (!app.toBeDeleted && !this.released.has(pair(app.urn, app.id))) this.hold(app.urn, app.id);
  }

  /** The same, based only on what the run has shown. */
  fateOf(id: string, urn: string | undefined, name: string | undefined): Fate {
    const heir =
      this.otherManager(id, urn) ?? this.taken.get(id) ?? this.adopterOf(id) ?? this.claims?.ofOthers(id);
    if (heir !== undefined) return { action: "leave", heir };
    // The program keeps the resource, so Pulumi is deleting a record that an interrupted replacement left behind.
    if (urn !== undefined && this.declared.get(urn)?.isNew === false && this.managers.get(id)?.has(urn))
      return { action: "leave", heir: urn };
    for (const [other, theirs] of this.declared)
      if (theirs.hasFailed && isName(name) && theirs.name === name) return { action: "keep", heir: other };
    return { action: "delete" };
  }

  /** Deletes an app once, even if several resources of the run share it. */
  deleteOnce(id: string, work: () => Promise<void>): Promise<void> {
    const begun = this.deletions.get(id) ?? work();
    this.deletions.set(id, begun);
    // A failed deletion may be retried.
    begun.catch(() => this.deletions.delete(id));
    return begun;
  }
}

const pair = (urn: string, id: string): string => `${id} ${urn}`;

const isName = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && !isUnknown(value);
