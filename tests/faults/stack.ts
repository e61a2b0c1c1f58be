import { isDeepStrictEqual } from "node:util";
import { OperationError, type Properties, type ProviderHost } from "./provider-host";

/** What an `up` did. */
export type Step = "create" | "update" | "same";

/** What the state contains for a resource. */
interface Recorded {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** The resource was recorded as not ready: the next `up` calls update whatever diff returns. */
  readonly failed: boolean;
}

/** How the runs of a program reach the provider: each has its own token and provider. */
export interface Runs {
  readonly host: ProviderHost;
  /** Number of the current run. */
  readonly run: number;
  /** Starts another run. */
  begin(): Promise<void>;
}

/** One resource in a stack, operated like Pulumi's engine does, with its part of the state. */
export class StackedResource {
  state: Recorded | undefined;

  /** @param provider the constant text that the resource's class declares */
  constructor(
    private readonly runs: Runs,
    private readonly urn: string,
    private readonly provider: string,
  ) {}

  get id(): string {
    if (!this.state) throw new Error("the resource is not in the state");
    return this.state.id;
  }

  /** `pulumi preview`. @throws OperationError also when check rejects the inputs */
  async preview(declared: Properties): Promise<Step> {
    await this.runs.begin();
    const inputs = await this.check(declared, true);
    const step = await this.stepOf(inputs);
    const { host, urn, state } = this;
    if (!host.front.requestsPreviews) return step;
    if (!state) await host.create(urn, inputs, true);
    else if (step === "update") await host.update(urn, state.id, this.outputs, inputs, true);
    return step;
  }

  /** `pulumi up --skip-preview`. @throws OperationError */
  async up(declared: Properties): Promise<Step> {
    await this.runs.begin();
    const inputs = await this.check(declared, false);
    const step = await this.stepOf(inputs);
    const before = this.state;
    try {
      if (step === "create") {
        const { id, outputs } = await this.host.create(this.urn, inputs);
        this.state = { id, inputs, outputs, failed: false };
      } else if (step === "update") {
        const outputs = await this.host.update(this.urn, this.id, this.outputs, inputs);
        this.state = { id: this.id, inputs, outputs, failed: false };
      }
    } catch (error) {
      const left = error instanceof OperationError ? error.left : undefined;
      // After an update that left the resource not ready, the state contains the old inputs and the new
      // outputs.
      if (left)
        this.state = {
          id: left.id,
          inputs: before?.inputs ?? inputs,
          outputs: left.properties,
          failed: left.reasons.length > 0,
        };
      throw error;
    }
    return step;
  }

  /** `pulumi refresh`. @throws OperationError */
  async refresh(): Promise<void> {
    await this.runs.begin();
    const found = await this.host.read(this.urn, this.id, this.outputs);
    // Pulumi forgets that the resource was not ready.
    this.state = found && { ...found, id: this.id, failed: false };
  }

  /** `pulumi destroy`. @throws OperationError */
  async destroy(): Promise<void> {
    if (!this.state) return;
    await this.runs.begin();
    await this.host.delete(this.urn, this.id, this.outputs);
    this.state = undefined;
  }

  private get host(): ProviderHost {
    return this.runs.host;
  }

  /** Each run has its own, as in a new process. */
  private get providerText(): string {
    return `${this.provider}//${this.runs.run}`;
  }

  private get outputs(): Properties {
    return this.host.front.recorded(this.state?.outputs ?? {}, this.providerText);
  }

  private async check(declared: Properties, preview: boolean): Promise<Properties> {
    const run = { urn: this.urn, preview, provider: this.providerText };
    const news = this.host.front.given(declared, run);
    const plain = JSON.parse(JSON.stringify(news)) as Properties;
    const { inputs, failures } = await this.host.check(this.urn, this.state?.inputs ?? {}, plain);
    if (failures.length > 0) throw new OperationError(failures.join("\n"), undefined);
    return inputs;
  }

  private async stepOf(inputs: Properties): Promise<Step> {
    if (!this.state) return "create";
    const changes = await this.host.diff(this.urn, this.id, this.outputs, inputs);
    if (this.state.failed) return "update";
    if (changes !== undefined) return changes ? "update" : "same";
    return isDeepStrictEqual(visible(this.state.inputs), visible(inputs)) ? "same" : "update";
  }
}

const visible = (inputs: Properties): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
