import { InitializationError } from "../errors";
import type { Checked, Configuration, CoreProvider, Diff, Read } from "../resources/core-provider";
import type { ProgramFacts } from "../resources/meta";
import { separate, separateRun, type HiddenInputs, type KeptInputs } from "./hidden-inputs";

/**
 * Adapts a provider of the core to Pulumi's dynamic providers, whose methods only receive properties: extracts the hidden inputs,
 * and adds those again that Pulumi's host needs.
 */
export class DynamicProvider<Inputs extends object, Outputs extends Inputs> {
  /** From the check of this run, by URN. Empty in a plain refresh or destroy, which do not call check. */
  private readonly programs = new Map<string, ProgramFacts>();

  constructor(private readonly core: CoreProvider<Inputs, Outputs>) {}

  configure(request: Configuration): Promise<void> {
    return this.core.configure(request);
  }

  async check(
    olds: Partial<Inputs> & HiddenInputs,
    news: Inputs & HiddenInputs,
  ): Promise<Checked<Inputs & KeptInputs>> {
    const { props: given, facts } = separateRun(news);
    const { props, meta, kept } = separate<Inputs>(given as Inputs & HiddenInputs);
    const urn = meta.urn ?? "";
    this.programs.set(urn, facts);
    const { places, inputs, ...result } = await this.core.check(
      { ...meta, program: facts },
      separate<Partial<Inputs>>(olds).props,
      props,
    );
    if (facts.secrets && places) this.programs.set(urn, { ...facts, secrets: places });
    return { ...result, inputs: { ...inputs, ...kept } };
  }

  async diff(id: string, olds: Outputs & HiddenInputs, news: Inputs & HiddenInputs): Promise<Diff> {
    const { props, meta } = this.separated<Inputs>(news);
    return this.core.diff(meta, id, separate<Outputs>(olds).props, props);
  }

  async create(inputs: Inputs & HiddenInputs): Promise<{ id: string; outs: Outputs & KeptInputs }> {
    const { props, meta, kept } = this.separated<Inputs>(inputs);
    const { id, outs } = await keeping(kept, this.core.create(meta, props));
    return { id, outs: { ...outs, ...kept } };
  }

  async update(
    id: string,
    olds: Outputs & HiddenInputs,
    news: Inputs & HiddenInputs,
  ): Promise<{ outs: Outputs & KeptInputs }> {
    const { props, meta, kept } = this.separated<Inputs>(news);
    const { outs } = await keeping(kept, this.core.update(meta, id, separate<Outputs>(olds).props, props));
    return { outs: { ...outs, ...kept } };
  }

  async read(
    id: string,
    { __get: isGet, ...state }: Outputs & HiddenInputs,
  ): Promise<Read<Inputs & KeptInputs, Outputs & KeptInputs>> {
    const { props, meta, kept } = this.separated<Outputs>(state as unknown as Outputs & HiddenInputs);
    const { props: outs, inputs, ...result } = await this.core.read(meta, id, props, isGet === true);
    return {
      ...result,
      ...(outs && { props: { ...outs, ...kept } }),
      ...(inputs && { inputs: { ...inputs, ...kept } }),
    };
  }

  async delete(id: string, given: Outputs & HiddenInputs): Promise<void> {
    const { props, meta } = this.separated<Outputs>(given);
    await this.core.delete(meta, id, props);
  }

  private separated<Props extends object>(given: Props & HiddenInputs): ReturnType<typeof separate<Props>> {
    const { props, meta, kept } = separate<Props>(given);
    return { props, meta: { ...meta, program: this.programs.get(meta.urn ?? "") }, kept };
  }
}

/** Handles properties in the error of a partly failed operation as well. */
async function keeping<T>(kept: KeptInputs, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof InitializationError)
      Object.assign(error, { properties: { ...error.properties, ...kept } });
    throw error;
  }
}
