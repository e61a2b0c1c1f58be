import type { ResourceMeta, ProgramFacts } from "../../provider/resources/meta";
import type { CoreProvider } from "../../provider/resources/core-provider";
import type { ResourceKind } from "../../provider/resources/kinds";
import { formatPropertyPath } from "../../provider/resources/options/property-path";
import { changes, valueAt, type Path } from "../../provider/appspec/diff";
import { UNKNOWN } from "../../provider/appspec/unknown";
import { isCovered } from "../../provider/secrets/program-secrets";
import { markLeaves, plainOf, separate, type Properties } from "../values/wire";
import { withPlace } from "./failure-places";
import type { CheckFailure, Difference, Known, PluginResource } from "./resource";

type Core<Inputs extends object, Outputs extends Inputs> = Omit<CoreProvider<Inputs, Outputs>, "read"> & {
  read(
    meta: ResourceMeta,
    id: string,
    state: Outputs,
  ): Promise<{ id?: string; props?: Outputs; inputs?: Inputs }>;
  previewCreate?(meta: ResourceMeta, inputs: Inputs): Promise<void>;
};

/** A resource whose properties have the same form in programs and in the core: Deployment, Rollback. */
export class PlainResource<Inputs extends object, Outputs extends Inputs> implements PluginResource {
  private readonly programs = new Map<string, ProgramFacts>();

  constructor(
    private readonly core: Core<Inputs, Outputs>,
    private readonly kind: ResourceKind,
  ) {}

  async check(
    urn: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: readonly CheckFailure[] }> {
    const { plain, places } = separate<Inputs>(news);
    const program = { secrets: places };
    this.programs.set(urn, program);
    const { failures } = await this.core.check({ urn, program }, propertiesIn<Partial<Inputs>>(olds), plain);
    const { args } = this.kind;
    return {
      inputs: marked(news, places),
      failures: failures.map((failure) => withPlace(failure, plain, args)),
    };
  }

  async diff({ id, urn, olds }: Known, news: Properties, ignored: readonly string[]): Promise<Difference> {
    const [before, after] = [propertiesIn<Outputs>(olds), propertiesIn<Inputs>(news)];
    const { changes: isChanged, replaces = [] } = await this.core.diff(
      this.meta(urn, ignored),
      id,
      before,
      after,
    );
    const changed = changes(this.inputsOf(before, after), this.inputsOf(after, after));
    return {
      isChanged: isChanged ?? (changed.length > 0 || replaces.length > 0),
      replaces,
      properties: changed.map(({ path, kind }) => ({
        path: formatPropertyPath(path),
        kind,
        isReplacing: replaces.includes(String(path[0])),
      })),
    };
  }

  /** An argument that the program leaves out may have a value among the outputs, which is no change. */
  private inputsOf(props: object, wanted: object): object {
    const names = [...this.kind.args.fields.keys()].filter(
      (name) => !this.kind.outputs.includes(name) || valueAt(wanted, [name]) !== undefined,
    );
    return Object.fromEntries(names.map((name) => [name, valueAt(props, [name])]));
  }

  async previewCreate(urn: string, news: Properties): Promise<Properties> {
    await this.core.previewCreate?.(this.meta(urn), propertiesIn<Inputs>(news));
    return this.expected(news);
  }

  async create(urn: string, news: Properties): Promise<{ id: string; outs: Properties }> {
    const { id, outs } = await this.core.create(this.meta(urn), propertiesIn<Inputs>(news));
    return { id, outs: this.outputs(outs, news) };
  }

  async previewUpdate(_known: Known, news: Properties): Promise<Properties> {
    return this.expected(news);
  }

  async update({ id, urn, olds }: Known, news: Properties, ignored: readonly string[]): Promise<Properties> {
    const before = propertiesIn<Outputs>(olds);
    const { outs } = await this.core.update(this.meta(urn, ignored), id, before, propertiesIn<Inputs>(news));
    return this.outputs(outs, news);
  }

  async read({
    id,
    urn,
    olds,
  }: Known): Promise<{ id: string; outs: Properties; inputs: Properties } | undefined> {
    if (Object.keys(olds).length === 0)
      throw new Error(
        `A ${this.kind.name} cannot be imported or read by its id, which does not contain the app: declare a new one.`,
      );
    const {
      id: found,
      props,
      inputs,
    } = await this.core.read(this.meta(urn), id, propertiesIn<Outputs>(olds));
    if (found === undefined || !props || !inputs) return undefined;
    const { places } = separate(olds);
    return {
      id: found,
      outs: this.outputs(props, olds),
      inputs: marked({ ...inputs } as Properties, places),
    };
  }

  async delete({ id, urn, olds }: Known): Promise<void> {
    await this.core.delete(this.meta(urn), id, propertiesIn<Outputs>(olds));
  }

  partial(urn: string, _id: string, outs: object): Properties {
    const places = this.programs.get(urn)?.secrets ?? [];
    return { ...marked({ ...outs }, places), __provider: this.kind.provider };
  }

  private meta(urn: string, ignored: readonly string[] = []): ResourceMeta {
    const program = this.programs.get(urn);
    return { urn, ...(ignored.length > 0 && { ignored }), ...(program && { program }) };
  }

  private outputs(outs: object, given: Properties): Properties {
    return { ...marked({ ...outs }, separate(given).places), __provider: this.kind.provider };
  }

  private expected(news: Properties): Properties {
    const unknown = Object.fromEntries(this.kind.outputs.map((name) => [name, UNKNOWN]));
    return { ...unknown, ...news };
  }
}

const marked = (properties: Properties, places: readonly Path[]): Properties =>
  markLeaves(plainOf(properties), (path) => isCovered(places, path)) as Properties;

function propertiesIn<T extends object>(wire: Properties): T {
  const { __provider, __urn, ...properties } = plainOf<Properties>(wire);
  return properties as T;
}
