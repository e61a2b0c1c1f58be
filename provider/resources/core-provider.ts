import type { SecretPlaces } from "../secrets/program-secrets";
import type { CheckFailure } from "./arguments";
import type { ResourceMeta } from "./meta";

export type Configuration = { config: { get(key: string): string | undefined } };

/** The interface of a resource's provider in the core. */
export interface CoreProvider<Inputs extends object, Outputs extends Inputs> {
  configure(request: Configuration): Promise<void>;
  check(
    meta: ResourceMeta,
    olds: Partial<Inputs>,
    news: Inputs,
  ): Promise<Checked<Inputs> & { places?: SecretPlaces }>;
  diff(meta: ResourceMeta, id: string, olds: Outputs, news: Inputs): Promise<Diff>;
  create(meta: ResourceMeta, inputs: Inputs): Promise<{ id: string; outs: Outputs }>;
  read(meta: ResourceMeta, id: string, state: Outputs, isGet: boolean): Promise<Read<Inputs, Outputs>>;
  update(meta: ResourceMeta, id: string, olds: Outputs, news: Inputs): Promise<{ outs: Outputs }>;
  delete(meta: ResourceMeta, id: string, props: Outputs): Promise<void>;
}

export interface Checked<Inputs> {
  inputs: Inputs;
  failures: CheckFailure[];
  /** Already reported on the resource's row. */
  warnings?: string[];
}

export interface Diff {
  changes?: boolean;
  replaces?: string[];
  deleteBeforeReplace?: boolean;
}

export interface Read<Inputs, Outputs> {
  id?: string;
  props?: Outputs;
  inputs?: Inputs;
}
