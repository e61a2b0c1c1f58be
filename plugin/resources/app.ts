import { resolve } from "node:path";
import type { ResourceMeta, ProgramFacts } from "../../provider/resources/meta";
import { AppProvider } from "../../provider/resources/app/provider";
import { forPrograms } from "../../provider/resources/app/program-outputs";
import { secretPaths } from "../../provider/resources/app/secret-paths";
import type { AppInputs, AppOutputs } from "../../provider/resources/app/state";
import { appProperties } from "../../provider/resources/options/named";
import { formatPropertyPath } from "../../provider/resources/options/property-path";
import { translateOptions } from "../../provider/resources/options/translate";
import { APP_PROVIDER } from "../../provider/resources/state-texts";
import { resourceName } from "../../provider/resources/urn";
import { appPage } from "../../provider/service/control-panel";
import { asAppPlatformError } from "../../provider/errors";
import type { Path } from "../../provider/appspec/diff";
import { mapsToLists, SPEC_LISTS } from "../../provider/appspec/lists-by-name";
import type { AppSpec } from "../../provider/appspec/types";
import { isUnknown, UNKNOWN } from "../../provider/appspec/unknown";
import type { SecretPlaces } from "../../provider/secrets/program-secrets";
import { withoutSecretValues } from "../../provider/secrets/open-spec";
import { isCovered } from "../../provider/secrets/program-secrets";
import { Hidden, markLeaves, markWhole, plainOf, separate, type Properties } from "../values/wire";
import { appArguments, type AppArguments } from "./app-arguments";
import { withPlace } from "./failure-places";
import type { CheckFailure, Difference, Known, PluginResource } from "./resource";

/** Outputs that a change of the app may affect, and those that it does not. */
const CHANGING = ["liveUrl", "liveDomain", "activeDeploymentId", "phase", "updatedAt"];
const LASTING = ["consoleUrl", "defaultIngress", "region", "tier", "project", "createdAt"];

/** The resource App. */
export class AppResource implements PluginResource {
  /** From the check of this run, by URN. Empty in a plain refresh or destroy, which do not call check. */
  private readonly programs = new Map<string, { facts: ProgramFacts; args: Properties }>();

  constructor(private readonly core: AppProvider) {}

  async check(
    urn: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: readonly CheckFailure[] }> {
    let args: AppArguments;
    try {
      args = appArguments(resourceName(urn), olds, news);
    } catch (error) {
      const { message } = asAppPlatformError(error);
      return { inputs: news, failures: [aboutFile(message, news["specFile"])] };
    }
    const { plain, places } = separate<AppInputs & Properties>(args.inputs);
    const facts: ProgramFacts = {
      order: args.order,
      repeated: args.repeated,
      secrets: places,
      // An app's name is unique, so the plugin requests this order wherever the engine asks it for a diff.
      deleteBeforeReplace: true,
      hidesOptions: true,
      ...(args.file !== undefined && { file: resolve(args.file) }),
    };
    const before = plainOf<Partial<AppInputs>>(withoutHidden(olds));
    const checked = await this.core.check({ urn, program: facts }, before, plain);
    this.programs.set(urn, { facts: { ...facts, secrets: checked.places }, args: args.lists });
    return {
      inputs: markedIn({ ...checked.inputs }, checked.places, checked.inputs),
      failures: checked.failures.map((failure) => withPlace(failure, args.lists, appProperties().args)),
    };
  }

  async diff(known: Known, news: Properties, ignored: readonly string[]): Promise<Difference> {
    const { id, urn } = known;
    const { isUpdated, changed } = await this.core.differences(
      this.meta(urn, ignored),
      id,
      outputsIn(known.olds),
      inputsIn(news),
    );
    return {
      isChanged: isUpdated,
      properties: changed.map(({ path, kind }) => ({ path: formatPropertyPath(path), kind })),
    };
  }

  async previewCreate(urn: string, news: Properties): Promise<Properties> {
    const inputs = inputsIn(news);
    await this.core.previewCreate(this.meta(urn), inputs);
    return this.expected(urn, inputs, news);
  }

  async create(urn: string, news: Properties): Promise<{ id: string; outs: Properties }> {
    const { id, outs } = await this.core.create(this.meta(urn), inputsIn(news));
    return { id, outs: this.outputs(urn, id, outs) };
  }

  async previewUpdate(known: Known, news: Properties, ignored: readonly string[]): Promise<Properties> {
    const { id, urn, olds } = known;
    const meta = this.meta(urn, ignored);
    const inPreview = { ...meta, program: { ...meta.program, preview: true } };
    await this.core.announce(inPreview, id, outputsIn(olds), inputsIn(news));
    return this.expected(urn, inputsIn(news), news, olds);
  }

  async update(known: Known, news: Properties, ignored: readonly string[]): Promise<Properties> {
    const { id, urn, olds } = known;
    const meta = this.meta(urn, ignored);
    const [before, inputs] = [outputsIn(olds), inputsIn(news)];
    await this.core.announce(meta, id, before, inputs);
    const { outs } = await this.core.update(meta, id, before, inputs);
    return this.outputs(urn, id, outs, olds, before);
  }

  async read({
    id,
    urn,
    olds,
  }: Known): Promise<{ id: string; outs: Properties; inputs: Properties } | undefined> {
    const isNew = Object.keys(olds).length === 0;
    // An import continues with a check; a resource that is only read does not, and does not manage the app.
    const before = isNew ? ({ __readOnly: true } as AppOutputs) : outputsIn(olds);
    const { id: found, props, inputs } = await this.core.read(this.meta(urn), id, before, isNew);
    if (found === undefined || !props || !inputs) return undefined;
    const { __readOnly, ...outs } = props;
    const recorded = isNew ? { ...outs, __imported: true } : props;
    const places = (props.__secrets ?? []) as SecretPlaces;
    // What is imported becomes code, in the form that programs use.
    const given = isNew
      ? { ...inputs, spec: withoutSecretValues(mapsToLists(inputs.spec) as AppSpec).spec }
      : inputs;
    return {
      id: found,
      outs: this.outputs(urn, found, recorded, olds, before),
      inputs: markedIn({ ...given }, places, inputs),
    };
  }

  async delete({ id, urn, olds }: Known): Promise<void> {
    await this.core.delete(this.meta(urn), id, outputsIn(olds));
  }

  partial(urn: string, id: string, outs: object): Properties {
    return this.outputs(urn, id, outs as AppOutputs);
  }

  /** @param ignored the paths of `ignoreChanges`, with indexes or by name */
  private meta(urn: string, ignored: readonly string[] = []): ResourceMeta {
    const program = this.programs.get(urn);
    return {
      urn,
      ...(ignored.length > 0 && { ignored: pathsByName(urn, ignored, program?.args) }),
      ...(program && { program: program.facts }),
    };
  }

  private outputs(
    urn: string,
    id: string,
    outs: AppOutputs,
    recorded: Properties = {},
    olds?: AppOutputs,
  ): Properties {
    const args = this.programs.get(urn)?.args;
    const { spec, liveSpec } = plainOf<Properties>(recorded);
    const { __spec, __liveSpec, ...rest } = forPrograms(outs, {
      spec: args?.["spec"] ?? spec,
      liveSpec: Array.isArray((liveSpec as Properties | undefined)?.["services"]) ? liveSpec : undefined,
    });
    const paths = secretPaths(outs, { given: outs, olds, marked: {} }).filter(([name]) => name !== "spec");
    return {
      ...(markLeaves(rest, (path) => path[0] !== "__secrets" && isCovered(paths, path)) as Properties),
      __spec: new Hidden(__spec),
      ...(__liveSpec !== undefined && { __liveSpec: new Hidden(__liveSpec) }),
      consoleUrl: appPage(id),
      __provider: APP_PROVIDER,
    };
  }

  /** Outputs for a preview. @param olds absent for a new app */
  private expected(urn: string, inputs: AppInputs, news: Properties, olds?: Properties): Properties {
    const program = this.programs.get(urn);
    const { spec } = forPrograms(
      { ...(inputs as AppOutputs), __secrets: program?.facts.secrets ?? [] },
      {
        spec: program?.args["spec"],
      },
    );
    const unknown = (names: readonly string[]): Properties =>
      Object.fromEntries(names.map((name) => [name, UNKNOWN]));
    const lasting = Object.fromEntries(LASTING.map((name) => [name, olds?.[name] ?? UNKNOWN]));
    return { ...news, spec, liveSpec: UNKNOWN, ...unknown(CHANGING), ...lasting };
  }
}

/** A failure of reading the file. The engine prints the value of a property, so it must not be one that may be secret. */
const aboutFile = (reason: string, specFile: unknown): CheckFailure =>
  reason.startsWith("secrets: ") || typeof specFile !== "string"
    ? { property: "", reason }
    : { property: "specFile", reason: reason.replace(/^specFile: /, "") };

function markedIn(inputs: Properties, places: SecretPlaces, given: AppInputs): Properties {
  const paths = secretPaths({ ...inputs, __secrets: places }, { given, marked: {} });
  const marked = markLeaves(inputs, (path) => isCovered(paths, path));
  // Keys cannot be marked, and the names in such a list may be the secret.
  return places.filter(isKeyedList).reduce(markWhole, marked) as Properties;
}

const KEYED = new Set([...Object.keys(SPEC_LISTS), "log_destinations", "headers", "alertDestinations"]);

const isKeyedList = (path: Path): boolean =>
  typeof path.at(-1) === "string" && KEYED.has(String(path.at(-1)));

/** Inputs in the core's form: those that a check of this plugin or of the dynamic provider has returned. */
const inputsIn = (wire: Properties): AppInputs => plainOf<AppInputs>(withoutHidden(wire));

/** Outputs in the state, in the core's form except for those that `inCoreForm` converts. */
function outputsIn(wire: Properties): AppOutputs {
  const { __provider, __urn, ...outs } = plainOf<Properties>(wire);
  return outs as unknown as AppOutputs;
}

const withoutHidden = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !name.startsWith("__")));

/** Programs have lists, the state has maps by name; the engine understands neither paths by name in a list nor indexes in a map. */
function pathsByName(urn: string, ignored: readonly string[], args: Properties | undefined): string[] {
  if (!args) return [...ignored];
  const { args: form } = appProperties();
  const names = [...form.fields.keys()];
  const label = `App "${resourceName(urn)}"`;
  const { options } = translateOptions(
    { ignoreChanges: [...ignored] },
    { label, args, form, names, isDeferred: isUnknown },
  );
  return options.ignoreChanges ?? [];
}
