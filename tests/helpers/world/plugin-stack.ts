import type { Emulator } from "../../../emulator/index";
import type { Engine } from "../../../provider/host/engine";
import { isPlainObject } from "../../../provider/appspec/lists-by-name";
import type { AppInputs, AppOutputs } from "../../../provider/resources/app/state";
import type { Declared, Refreshed, Step } from "../../../tools/in-process-stack";
import { InstantClock } from "../clocks/instant-clock";
import { fromWire, Hidden, markLeaves, plainOf, toWire } from "../../../plugin/values/wire";
import { SECRET_MARK } from "../arbitrary-spec";
import { PluginClient, plainWire, type PluginWorld, type State, type Wire } from "./plugin-world";

/** The rate limit applies per token, so each stack has its own. */
let stacks = 0;

/** One App in a stack, run over gRPC as Pulumi's engine does, each run with a plugin of its own. */
export class PluginStack {
  /** All messages on the resource's row. */
  readonly lines: string[] = [];
  private state: State | undefined;
  private readonly world: PluginWorld;

  /** @param marksSecrets whether the program marks the values of its secrets as such */
  constructor(
    emulator: Pick<Emulator, "url">,
    private readonly marksSecrets: boolean,
  ) {
    const clock = new InstantClock(Date.now());
    const engine: Engine = {
      log: async ({ severity, message }) => void this.lines.push(`${severity}: ${message}`),
      hearsCtrlC: true,
      stopped: new AbortController().signal,
      isThere: async () => true,
    };
    const env = { DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: `plugin-token-${++stacks}` };
    this.world = { deps: () => ({ env, clock, engine }), stop: new AbortController() };
  }

  get id(): string | undefined {
    return this.state?.id;
  }

  /** Everything in the state that Pulumi stores and shows in plaintext. */
  get shown(): string {
    const { inputs, outs } = this.known;
    return JSON.stringify([inputs, outs].map((wire) => withoutMarked(fromWire(wire))));
  }

  preview(declared: Declared): Promise<Step> {
    return this.run(async (plugin) => {
      const { state } = this;
      const inputs = await this.check(plugin, declared);
      const step = await this.stepOf(plugin, inputs);
      if (!state) await plugin.create(inputs, { preview: true });
      else if (step === "update") await plugin.update(state, inputs, { preview: true });
      return step;
    });
  }

  up(declared: Declared): Promise<Step> {
    return this.run(async (plugin) => {
      const { state } = this;
      const inputs = await this.check(plugin, declared);
      const step = await this.stepOf(plugin, inputs);
      if (!state) this.state = await plugin.create(inputs);
      else if (step === "update") this.state = await plugin.update(state, inputs);
      else this.state = { ...state, inputs };
      return step;
    });
  }

  refresh(): Promise<Refreshed> {
    return this.run(async (plugin) => {
      const before = this.known;
      const after = await plugin.read(before.id, before);
      if (after.id === "") throw new Error("the app is gone");
      this.state = after;
      return {
        inputsBefore: plain<AppInputs>(before.inputs),
        inputs: plain<AppInputs>(after.inputs),
        outputsBefore: plain<AppOutputs>(before.outs),
        outputs: plain<AppOutputs>(after.outs),
      };
    });
  }

  private get known(): State {
    if (!this.state) throw new Error("nothing was created");
    return this.state;
  }

  private async run<T>(work: (plugin: PluginClient) => Promise<T>): Promise<T> {
    const plugin = await PluginClient.start(this.world);
    try {
      return await work(plugin);
    } finally {
      plugin.close();
    }
  }

  private async check(plugin: PluginClient, declared: Declared): Promise<Wire> {
    const isSecret = (leaf: unknown): boolean => this.marksSecrets && String(leaf).startsWith(SECRET_MARK);
    const news = toWire(markLeaves(declared, (_path, leaf) => isSecret(leaf))) as Wire;
    const { inputs, failures } = await plugin.check(news, this.state?.inputs);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    return inputs;
  }

  private async stepOf(plugin: PluginClient, inputs: Wire): Promise<Step> {
    if (!this.state) return "create";
    return (await plugin.diff(this.state, inputs)).isChanged ? "update" : "same";
  }
}

function withoutMarked(value: unknown): unknown {
  if (value instanceof Hidden) return undefined;
  if (Array.isArray(value)) return value.map(withoutMarked);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutMarked(item)]));
}

/** Without marks of secrets. */
const plain = <T>(wire: Wire): T => plainOf<T>(plainWire(wire));
