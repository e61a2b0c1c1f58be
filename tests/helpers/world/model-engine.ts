import { isDeepStrictEqual } from "node:util";
import type { HiddenInputs } from "../../../provider/dynamic/hidden-inputs";
import { AppPlatformError, InitializationError } from "../../../provider/errors";
import { ManagedApps, type StackState } from "../../../provider/resources/managed-apps";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import type { AppSpec } from "../../../provider/appspec/types";
import { plain, visible, type AppInputs, type AppOutputs } from "../../../provider/resources/app/state";
import type { World, DynamicApp } from "./provider-world";

/** An App of a program. */
export interface Declared {
  readonly name: string;
  readonly spec: AppSpec;
  readonly adopt?: string | boolean;
  /** Earlier names. */
  readonly aliases?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** Any change of the spec replaces it. */
  readonly replaceOnChanges?: boolean;
}

/** What the state contains for an App. */
export interface Recorded {
  urn: string;
  readonly id: string;
  readonly inputs: AppInputs;
  readonly outputs: AppOutputs;
  readonly hasFailed: boolean;
  /** Replaced by another record, and deleted at the end of a run. */
  toBeDeleted?: boolean;
  /** Deleted at the service, and not yet created again. */
  isPending?: boolean;
}

export interface RunOptions {
  /** Names of the resources that are always replaced: `--replace`. */
  readonly replace?: readonly string[];
  /** Names of the only resources in the run: `--target`. */
  readonly target?: readonly string[];
  readonly continueOnError?: boolean;
  /** Reads everything in the state first: `--refresh`. */
  readonly refresh?: boolean;
  /** The run is killed at this operation, before or after it was done. */
  readonly kill?: { readonly at: number; readonly done: boolean };
  readonly isPreview?: boolean;
}

/** The run was killed: nothing more happens, and nothing more is recorded. */
export class Killed extends Error {}

const PREFIX = "urn:pulumi:dev::model::pulumi-nodejs:dynamic/app-platform:App";
export const urnOf = (name: string): string => `${PREFIX}::${name}`;

/** A stack of Apps, operated like Pulumi's engine does: the order in which it calls a provider, and what it records. */
export class ModelEngine {
  state: Recorded[] = [];
  /** Ids of apps that were deleted to be created again, as their programs request. */
  readonly replaced = new Set<string>();
  private provider!: DynamicApp;
  private operations = 0;
  private run!: RunOptions;

  constructor(private readonly world: World) {}

  get live(): Recorded[] {
    return this.state.filter(({ toBeDeleted, isPending }) => !toBeDeleted && !isPending);
  }

  /** `pulumi up`, or a preview. @throws Error the first one of the run */
  async up(program: readonly Declared[], options: RunOptions = {}): Promise<void> {
    await this.begin(options);
    const failures: unknown[] = [];
    const seen = new Set<string>();
    for (const declared of program) {
      const old = this.oldOf(declared);
      seen.add(old?.urn ?? urnOf(declared.name));
      if (options.target && !options.target.includes(declared.name)) continue;
      await this.register(declared, old).catch((error: unknown) => {
        if (!options.continueOnError || !(error instanceof OperationFailed)) throw error;
        failures.push(error);
      });
      seen.add(urnOf(declared.name));
    }
    if (options.isPreview) return;
    await this.deleteAll((record) => record.toBeDeleted || !seen.has(record.urn));
    if (failures.length > 0) throw failures[0];
  }

  /** `pulumi destroy`. */
  async destroy(options: RunOptions = {}): Promise<void> {
    await this.begin(options);
    await this.deleteAll(() => true);
  }

  private async begin(options: RunOptions): Promise<void> {
    this.run = options;
    this.operations = 0;
    const apps = this.state.map(({ urn, id, toBeDeleted }) => ({
      urn,
      id,
      ...(toBeDeleted && { toBeDeleted: true as const }),
    }));
    const state: StackState = {
      skipsResources: options.target !== undefined,
      managedApps: async () => apps,
    };
    this.provider = this.world.run({ managed: new ManagedApps(state) });
    if (!options.refresh) return;
    for (const record of this.state.filter(({ isPending }) => !isPending)) {
      if (options.target && !options.target.some((name) => urnOf(name) === record.urn)) continue;
      const { props, inputs } = await this.provider.read(record.id, named(record.outputs, record.urn));
      this.drop(record);
      if (props && inputs) this.state.push({ ...record, outputs: props, inputs, hasFailed: false });
    }
  }

  /** The record in the state; in a rename with an alias, the one with the old name. */
  private oldOf({ name, aliases = [] }: Declared): Recorded | undefined {
    const urns = [name, ...aliases].map(urnOf);
    return this.state.find(({ urn, toBeDeleted }) => !toBeDeleted && urns.includes(urn));
  }

  private async register(declared: Declared, old: Recorded | undefined): Promise<void> {
    const urn = urnOf(declared.name);
    if (old === undefined) return this.create(urn, await this.check(declared, undefined));
    const isRequested = this.run.replace?.includes(declared.name) === true;
    let inputs = await this.check(declared, isRequested ? undefined : old);
    const changes = isRequested || (await this.changes(old, urn, inputs));
    const isReplaced = isRequested || old.isPending || (changes && declared.replaceOnChanges);
    if (isReplaced) {
      if (!isRequested) inputs = await this.check(declared, undefined);
      return this.replace(declared, old, inputs);
    }
    if (this.run.isPreview) return;
    if (!changes && !old.hasFailed) {
      old.urn = urn;
      return;
    }
    await this.operate(
      async () => {
        const { outs } = await this.provider.update(old.id, named(old.outputs, urn), inputs);
        return { id: old.id, outs };
      },
      (result, hasFailed) => {
        this.drop(old);
        this.state.push({ urn, ...result, inputs: hasFailed ? old.inputs : inputs, hasFailed });
      },
    );
  }

  private async check(declared: Declared, old: Recorded | undefined): Promise<AppInputs> {
    const { name, spec, adopt, deleteBeforeReplace } = declared;
    const news = {
      spec: listsToMaps(spec),
      ...(adopt !== undefined && { adopt }),
      backup: false,
      __urn: urnOf(name),
      __preview: this.run.isPreview === true,
      ...(deleteBeforeReplace && { __deleteBeforeReplace: true }),
    };
    const { inputs, failures } = await this.provider.check(old?.inputs ?? {}, plain(news));
    if (failures.length > 0)
      throw new AppPlatformError("invalid-spec", failures.map(({ reason }) => reason).join("\n"));
    return inputs;
  }

  private async changes(old: Recorded, urn: string, inputs: AppInputs): Promise<boolean> {
    const { changes } = await this.provider.diff(old.id, named(old.outputs, urn), inputs);
    return changes ?? !isDeepStrictEqual(visible(old.inputs), visible(inputs));
  }

  private async create(urn: string, inputs: AppInputs, replaced?: Recorded): Promise<void> {
    if (this.run.isPreview) return;
    await this.operate(
      () => this.provider.create(inputs),
      (result, hasFailed) => {
        if (replaced?.isPending) this.drop(replaced);
        else if (replaced) replaced.toBeDeleted = true;
        this.state.push({ urn, ...result, inputs, hasFailed });
      },
    );
  }

  private async replace(declared: Declared, old: Recorded, inputs: AppInputs): Promise<void> {
    if (declared.deleteBeforeReplace && !old.isPending && !this.run.isPreview) {
      this.replaced.add(old.id);
      await this.delete(old);
      old.isPending = true;
    }
    await this.create(urnOf(declared.name), inputs, old);
  }

  private async deleteAll(isDeleted: (record: Recorded) => boolean | undefined): Promise<void> {
    const { target } = this.run;
    const isConcerned = ({ urn }: Recorded): boolean => !target || target.some((name) => urnOf(name) === urn);
    const records = this.state.filter((record) => isConcerned(record) && isDeleted(record));
    const results = await Promise.allSettled(
      records.map(async (record) => {
        // An app that a replacement has already deleted is only removed from the state.
        if (!record.isPending) await this.delete(record);
        this.drop(record);
      }),
    );
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  private delete(record: Recorded): Promise<void> {
    const { urn, id } = record;
    return this.operate(
      async () => {
        await this.provider.delete(id, named(record.outputs, urn));
        return undefined;
      },
      () => {},
    );
  }

  /** One step: what the provider does, and what is recorded of it. */
  private async operate<T extends Made | undefined>(
    work: () => Promise<T>,
    record: (result: { id: string; outputs: AppOutputs }, hasFailed: boolean) => void,
  ): Promise<void> {
    const { kill } = this.run;
    const at = this.operations++;
    if (kill && (at > kill.at || (at === kill.at && !kill.done))) throw new Killed();
    try {
      const made = await work();
      if (kill?.at === at) throw new Killed();
      record({ id: made?.id ?? "", outputs: made?.outs as AppOutputs }, false);
    } catch (error) {
      if (error instanceof Killed) throw error;
      if (kill?.at === at) throw new Killed();
      if (!(error instanceof AppPlatformError)) throw error;
      if (!(error instanceof InitializationError)) throw new OperationFailed(error);
      record({ id: error.id, outputs: error.properties as AppOutputs }, true);
      throw new OperationFailed(error);
    }
  }

  private drop(record: Recorded): void {
    this.state = this.state.filter((other) => other !== record);
  }
}

interface Made {
  readonly id: string;
  readonly outs: AppOutputs;
}

/** An operation failed, as opposed to the steps that lead to it. */
export class OperationFailed extends Error {
  constructor(cause: AppPlatformError) {
    super(cause.message, { cause });
  }
}

/** The outputs as the provider receives them from Pulumi's host. */
const named = (outputs: AppOutputs, urn: string): AppOutputs & HiddenInputs => ({ ...outputs, __urn: urn });
