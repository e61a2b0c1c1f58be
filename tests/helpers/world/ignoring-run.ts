import assert from "node:assert/strict";
import type { HiddenInputs } from "../../../provider/dynamic/hidden-inputs";
import { appProperties } from "../../../provider/resources/options/named";
import { formatPropertyPath } from "../../../provider/resources/options/property-path";
import { resourceOptions } from "../../../provider/dynamic/resource-options";
import type { AppSpec } from "../../../provider/appspec/types";
import type { AppInputs, AppOutputs } from "../../../provider/resources/app/state";
import { engineReset } from "../engine-reset";
import { inputs, type Made, type World, type DynamicApp } from "./provider-world";

export interface Program {
  readonly spec: AppSpec;
  readonly ignoreChanges?: string[];
  /** Whether only the engine knows the paths, from transforms. @default false */
  readonly isTransformed?: boolean;
  readonly more?: Partial<AppInputs>;
}

/** What Pulumi keeps of an App between two runs. */
export interface Kept extends Made {
  readonly inputs: AppInputs;
}

/**
 * Runs of programs with the option `ignoreChanges`: what the constructor and the engine do, and the calls that result.
 */
export class IgnoringRuns {
  constructor(private readonly world: World) {}

  /** The inputs after check, as the engine then has them. */
  async check(provider: DynamicApp, program: Program, olds?: AppInputs): Promise<AppInputs & HiddenInputs> {
    const { spec, ignoreChanges = [], more = {} } = program;
    const wanted = inputs(spec, more);
    if (program.isTransformed) {
      const given = olds ? engineReset(wanted, olds, ignoreChanges) : wanted;
      return { ...(await provider.check(olds ?? {}, given)).inputs, __ignored: ignoreChanges };
    }
    const { hidden } = resourceOptions("App", "shop", { ...more, spec }, { ignoreChanges }, appProperties());
    const paths = (hidden.__options ?? []).flatMap((option) => option.paths.map(formatPropertyPath));
    const given = olds ? engineReset(wanted, olds, paths) : wanted;
    const news = { ...given, ...hidden, ...(paths.length > 0 && { __program: wanted.spec }) };
    const checked = await provider.check(olds ?? {}, news);
    assert.deepEqual(checked.failures, []);
    return checked.inputs;
  }

  async create(program: Program): Promise<Kept> {
    const provider = this.world.run();
    const news = await this.check(provider, program);
    return { inputs: news, ...(await provider.create(news)) };
  }

  async preview(kept: Kept, program: Program): Promise<{ changes?: boolean }> {
    const provider = this.world.run();
    return provider.diff(kept.id, kept.outs, await this.check(provider, program, kept.inputs));
  }

  async update(kept: Kept, program: Program): Promise<Kept> {
    const provider = this.world.run();
    const news = await this.check(provider, program, kept.inputs);
    const { changes } = await provider.diff(kept.id, kept.outs, news);
    if (changes === false) return { ...kept, inputs: news };
    return { id: kept.id, inputs: news, outs: (await provider.update(kept.id, kept.outs, news)).outs };
  }

  async refresh({ id, outs }: Kept): Promise<Kept> {
    const read = await this.world.run().read(id, outs);
    return { id, outs: read.props as AppOutputs, inputs: read.inputs as AppInputs };
  }
}
