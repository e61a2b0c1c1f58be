import { listOrder, listsToMaps } from "../../provider/appspec/lists-by-name";
import { isDeepStrictEqual } from "node:util";
import { OperationError, type Properties, type ProviderHost } from "./provider-host";

/** What an `up` did. */
export type Step = "create" | "update" | "same";

/** What the state holds of a resource. */
interface Recorded {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** It was left behind as not ready: the next `up` calls update whatever diff says. */
  readonly failed: boolean;
}

/** How the runs of a program reach the provider: each with a token and a provider of its own. */
export interface Runs {
  readonly host: ProviderHost;
  /** Of the run that goes on. */
  readonly run: number;
  /** Begins another one. */
  begin(): Promise<void>;
}

/** One resource in a stack, done to as Pulumi's engine does, with what it keeps in the state. */
export class StackedResource {
  state: Recorded | undefined;

  /**
   * @param provider the constant text that the class of the resource declares
   */
  constructor(
    private readonly runs: Runs,
    private readonly urn: string,
    private readonly provider: string,
  ) {}

  get id(): string {
    if (!this.state) throw new Error("the resource is not in the state");
    return this.state.id;
  }

  /** `pulumi preview`. @throws OperationError also with what check refuses */
  async preview(declared: Properties): Promise<Step> {
    await this.runs.begin();
    return this.stepOf(await this.check(declared, true));
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
      // After an update that left the resource as not ready, the state holds the inputs of before and the outputs of now.
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

  /** The host keeps one provider for each text; a run has to have one of its own, as it would be another process. */
  private get providerText(): string {
    return `${this.provider}//${this.runs.run}`;
  }

  private get outputs(): Properties {
    return { ...this.state?.outputs, __provider: this.providerText };
  }

  private async check(declared: Properties, preview: boolean): Promise<Properties> {
    const { spec } = declared;
    const news = {
      ...declared,
      ...(spec !== undefined && { spec: listsToMaps(spec), __order: listOrder(spec) }),
      __preview: preview,
      __urn: this.urn,
      __provider: this.providerText,
    };
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
