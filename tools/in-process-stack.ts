import type { Emulator } from "app-platform-emulator";
import type { Clock } from "../provider/clock";
import { DynamicProvider } from "../provider/dynamic/adapter";
import { InitializationError } from "../provider/errors";
import { ManagedApps } from "../provider/resources/managed-apps";
import { Program } from "../provider/resources/program";
import { KnownSecrets } from "../provider/secrets/known-secrets";
import { SharedReads } from "../provider/service/shared-reads";
import { listOrder, listsToMaps } from "../provider/appspec/lists-by-name";
import { plain, type AppInputs, type AppOutputs } from "../provider/resources/app/state";
import { AppProvider } from "../provider/resources/app/provider";
import { TYPESCRIPT } from "../provider/text/program-texts";

/** Arguments of an App, the spec in its list form. */
export type Declared = Omit<Partial<AppInputs>, "spec"> & { spec: unknown };

/** What an `up` did, or what a preview announces. */
export type Step = "create" | "update" | "same";

export interface Refreshed {
  /** Everything that the refresh changes in the state. Empty when there is no drift. */
  readonly inputsBefore: AppInputs;
  readonly inputs: AppInputs;
  readonly outputsBefore: AppOutputs;
  readonly outputs: AppOutputs;
}

/** The rate limit applies per token, so each stack has its own. */
let stacks = 0;

const URN = "urn:pulumi:dev::program::pulumi-nodejs:dynamic/app-platform:App::app";

/** Waits take no time: for an emulator whose deployments finish at once, or whose clock `pass` advances. */
const instantClock = (pass: (ms: number) => void): Clock => {
  let now = Date.now();
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
      pass(ms);
      // The service's responses arrive on the event loop, so waits must yield to it.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

/**
 * One App in a stack, run like Pulumi's engine does, but without the engine: the provider's six operations in order,
 * with the state in between. For thousands of runs, which would take too long with the real CLI.
 */
export class InProcessStack {
  /** All messages on the resource's row. */
  readonly lines: string[] = [];
  id: string | undefined;
  private inputs: AppInputs | undefined;
  private outputs: AppOutputs | undefined;
  private checked: { declared: Declared; inputs: AppInputs } | undefined;
  private readonly provider: DynamicProvider<AppInputs, AppOutputs>;

  constructor(emulator: Pick<Emulator, "url">, pass: (ms: number) => void = () => {}) {
    const clock = instantClock(pass);
    const core = new AppProvider({
      env: { DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: `token-${++stacks}` },
      clock,
      engine: {
        log: async ({ severity, message }) => void this.lines.push(`${severity}: ${message}`),
        hearsCtrlC: true,
        stopped: new AbortController().signal,
        isThere: async () => true,
      },
      reads: new SharedReads(clock),
      knownSecrets: new KnownSecrets(),
      managed: new ManagedApps(),
      program: new Program(),
      texts: TYPESCRIPT,
    });
    this.provider = new DynamicProvider(core);
  }

  get state(): AppOutputs {
    if (!this.outputs) throw new Error("nothing was created");
    return this.outputs;
  }

  /** What `pulumi preview` would announce. @throws Error with the reasons when the spec is rejected */
  async preview(declared: Declared): Promise<Step> {
    return this.stepOf(await this.check(declared));
  }

  /** `pulumi up`. @throws the provider's error; the state contains what it left behind, as with the engine */
  async up(declared: Declared): Promise<Step> {
    const inputs = await this.check(declared);
    const step = await this.stepOf(inputs);
    try {
      if (step === "create") this.keep(await this.provider.create(inputs));
      else if (step === "update")
        this.keep(await this.provider.update(this.id as string, this.state, inputs));
    } catch (error) {
      if (!(error instanceof InitializationError)) throw error;
      this.keep({ id: error.id, outs: error.properties as unknown as AppOutputs });
      this.inputs = inputs;
      throw error;
    }
    this.inputs = inputs;
    return step;
  }

  private keep({ id = this.id, outs }: { id?: string | undefined; outs: AppOutputs }): void {
    this.id = id;
    this.outputs = outs;
  }

  /** `pulumi refresh`. */
  async refresh(): Promise<Refreshed> {
    const { state: outputsBefore, inputs: inputsBefore } = this;
    const read = await this.provider.read(this.id as string, outputsBefore);
    if (!read.props || !read.inputs || !inputsBefore) throw new Error("the app is gone");
    this.outputs = read.props;
    this.inputs = read.inputs;
    return { inputsBefore, inputs: this.inputs, outputsBefore, outputs: this.outputs };
  }

  /** Once per object: otherwise most of the time goes into checking the same program again. */
  private async check(declared: Declared): Promise<AppInputs> {
    if (this.checked?.declared === declared) return this.checked.inputs;
    const news = plain({
      ...declared,
      spec: listsToMaps(declared.spec),
      __order: listOrder(declared.spec),
      __urn: URN,
    });
    const { inputs, failures } = await this.provider.check(this.inputs ?? {}, { ...news, __preview: false });
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    this.checked = { declared, inputs };
    return inputs;
  }

  /** A response without `changes` leaves the decision to the engine, which finds that the inputs differ. */
  private async stepOf(inputs: AppInputs): Promise<Step> {
    if (this.id === undefined) return "create";
    const { changes } = await this.provider.diff(this.id, this.state, inputs);
    return changes === false ? "same" : "update";
  }
}
