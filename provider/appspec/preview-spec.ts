import { AppPlatformError } from "../errors";
import { COMPONENT_LISTS, type ComponentList } from "./component-lists";
import { DEFAULT_SIZE } from "./defaults";
import { valueAt } from "./diff";
import { displayPath, isPlainObject } from "./lists-by-name";
import { nearest } from "./nearest";
import { parseSpec } from "./parse";
import { previewIngress } from "./preview-ingress";
import { previewName } from "./preview-name";
import { chosenRepositories, isRepository, repositoryOf } from "./repositories";
import { applySecrets } from "./secret-addresses";
import { isCiphertext, isSecretPlace, KEPT_SECRET } from "./secrets";
import type { AppSpec, InstanceSizeSlug } from "./types";

export interface PreviewOptions {
  /**
   * Name of the preview's app, such as `shop-pr-17`. A text that is no valid name of an app becomes one: `shop-feature/login` is
   * `shop-feature-login-` and a hash of the whole text.
   */
  name: string;
  /** Branch to build from. @default the branches of the spec */
  branch?: string | undefined;
  /**
   * The repository that has the branch: `owner/repo` or a clone URL; several as a list. Components from other repositories keep
   * their branch. @default the repository of the components, if they all have the same
   */
  repository?: string | readonly string[] | undefined;
  /**
   * True deploys every push to the branch, without a run of the pipeline. Otherwise, start deployments with `redeployOn` and the
   * commit. @default false
   */
  deployOnPush?: boolean | undefined;
  /** Size of every instance. @default apps-s-1vcpu-0.5gb, the smallest one */
  size?: InstanceSizeSlug | undefined;
  /**
   * Managed database clusters to use instead of dev databases, by the name of the database in the spec. Dev databases are
   * PostgreSQL. @default none
   */
  clusters?: Readonly<Record<string, string>> | undefined;
  /**
   * Values of secrets by address, as in `loadSpec`: `KEY`, `component.KEY`, `component.registry_credentials`. They also replace the
   * values of other variables. @default none: variables with type SECRET have no value
   */
  secrets?: Readonly<Record<string, unknown>> | undefined;
}

type Plain = Record<string, unknown>;

/**
 * The AppSpec of a preview of an app, for example for a pull request: another name, another branch, and nothing that belongs to the
 * production app: no domains, alerts, log destinations, secrets, clusters, private network, or dedicated IP addresses. One instance
 * of the smallest size for each component, and dev databases. The table in docs/pipelines.md lists what happens to every field.
 *
 * Pure; the result shares nothing with the spec, and a second call with the same options changes nothing.
 * @param spec an AppSpec as an object, or as text in YAML or JSON. To read a file, pass `loadSpec(path)`
 * @throws AppPlatformError `invalid-input`: options that are empty or match nothing in the spec
 *
 * @example
 * const spec = previewSpec(loadSpec("app.yaml"), { name: `shop-pr-${number}`, branch });
 * new App("preview", { spec, redeployOn: { commit } });
 */
export function previewSpec(spec: AppSpec | string, options: PreviewOptions): AppSpec {
  const given: unknown = typeof spec === "string" ? parseSpec(spec).spec : spec;
  if (!isPlainObject(given) || isDeferred(given))
    throw refused("the spec must be a map, the content of an app.yaml");
  refuseDeferred(given);
  for (const option of ["name", "branch"] as const)
    if (options[option]?.trim() === "") throw refused(`${option} is empty`);
  if (typeof options.name !== "string") throw refused("name is missing");
  const derived = derive(withoutSecrets(given) as Plain, options);
  const applied = applySecrets(derived as AppSpec, options.secrets ?? {});
  const [unused] = applied.unused;
  if (unused !== undefined) throw refused(unknownAddress(unused, applied.addresses));
  // Symbols too: loadSpec marks a spec with its file, so that messages can name the line.
  const result = { ...symbolsOf(given), ...(withoutPlaceholders(applied.spec) as Plain) };
  return withIngress(result, given) as AppSpec;
}

const refused = (what: string): AppPlatformError =>
  new AppPlatformError("invalid-input", `previewSpec: ${what}.`);

function unknownAddress(address: string, known: readonly string[]): string {
  const near = nearest(address, known);
  return `secrets: nothing in the spec of the preview has the address ${address}${
    near === undefined ? ". Remove it, or correct it" : `; did you mean ${near}?`
  }`;
}

function symbolsOf(spec: Plain): object {
  const symbols = Object.getOwnPropertySymbols(spec) as unknown as string[];
  return Object.fromEntries(symbols.map((symbol) => [symbol, spec[symbol]]));
}

/** The spec without what belongs to the production app. */
function derive(spec: Plain, options: PreviewOptions): Plain {
  const { domains: _1, alerts: _2, maintenance: _3, egress: _4, vpc: _5, ...kept } = spec;
  const repositories = chosenRepositories(spec, options);
  const result: Plain = { ...kept, name: previewName(options.name) };
  for (const list of COMPONENT_LISTS)
    if (Array.isArray(result[list]))
      result[list] = result[list].map((item: unknown) =>
        isPlainObject(item) ? previewComponent(list, item, repositories, options) : item,
      );
  if (Array.isArray(result["databases"]))
    result["databases"] = previewDatabases(result["databases"], options.clusters ?? {});
  return result;
}

const HAVE_INSTANCES: readonly ComponentList[] = ["services", "workers", "jobs"];

function previewComponent(
  list: ComponentList,
  component: Plain,
  repositories: readonly string[],
  { branch, deployOnPush, size = DEFAULT_SIZE }: PreviewOptions,
): Plain {
  const { alerts: _1, log_destinations: _2, autoscaling: _3, ...result } = component;
  for (const kind of ["git", "github", "gitlab", "bitbucket"]) {
    const source = result[kind];
    if (!isPlainObject(source)) continue;
    const { deploy_on_push: _push, ...rest } = source;
    const isOwn = branch !== undefined && isRepository(repositoryOf(kind, source), repositories);
    result[kind] = {
      ...rest,
      ...(isOwn && { branch }),
      ...(isOwn && deployOnPush === true && kind !== "git" && { deploy_on_push: true }),
    };
  }
  if (isPlainObject(result["image"])) {
    const { deploy_on_push: _push, ...image } = result["image"];
    result["image"] = image;
  }
  if (!HAVE_INSTANCES.includes(list)) return result;
  // A component that is switched off stays off.
  const isOff = String(result["instance_count"]) === "0";
  return { ...result, instance_size_slug: size, instance_count: isOff ? 0 : 1 };
}

function previewDatabases(
  databases: readonly unknown[],
  clusters: Readonly<Record<string, string>>,
): unknown[] {
  const names = databases.map((item) => (isPlainObject(item) ? String(item["name"]) : ""));
  const unknown = Object.keys(clusters).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, names);
    throw refused(
      `clusters: the spec has no database named ${unknown}${near === undefined ? "" : `; did you mean ${near}?`}`,
    );
  }
  return databases.map((item, index) => {
    if (!isPlainObject(item)) return item;
    const { cluster_name: _1, db_name: _2, db_user: _3, size: _4, num_nodes: _5, ...database } = item;
    const name = names[index] ?? "";
    const cluster = Object.hasOwn(clusters, name) ? clusters[name] : undefined;
    return cluster === undefined
      ? { ...database, production: false }
      : { ...database, production: true, cluster_name: cluster };
  });
}

/** Last, since a header without its value is left out. */
function withIngress({ ingress, ...spec }: Plain, { domains }: Plain): Plain {
  if (!isPlainObject(ingress)) return ingress === undefined ? spec : { ...spec, ingress };
  const kept = previewIngress(ingress, Array.isArray(domains) ? domains : []);
  return kept ? { ...spec, ingress: kept } : spec;
}

/** An Output or a promise: a leaf, although it is an object. */
const isDeferred = (value: object): boolean =>
  ["apply", "then"].some((method) => typeof (value as Plain)[method] === "function");

const isMap = (value: unknown): value is Plain => isPlainObject(value) && !isDeferred(value);

/** `${db.DATABASE_URL}`: nothing else, so it contains no secret itself. */
const REFERENCE = /^\$\{[A-Za-z_][\w-]*(\.[\w-]+)*\}$/;

/** A copy with a placeholder for every secret, and for what is encrypted for another app. */
function withoutSecrets(value: unknown, path: readonly (string | number)[] = [], parent?: unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withoutSecrets(item, [...path, index], value));
  if (isMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner, [...path, key], value)]),
    );
  if (value === undefined || value === null || value === "") return value;
  if (isCiphertext(value)) return KEPT_SECRET;
  const isOpen = typeof value === "string" && REFERENCE.test(value);
  return isSecretPlace(path, parent) && !isOpen ? KEPT_SECRET : value;
}

function withoutPlaceholders(value: unknown): unknown {
  const isKept = (inner: unknown): boolean => inner !== KEPT_SECRET;
  if (Array.isArray(value)) return value.filter(isKept).map(withoutPlaceholders);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => isKept(inner))
      .map(([key, inner]) => [key, withoutPlaceholders(inner)]),
  );
}

/** Only values may be Outputs: a part that is not known yet cannot be changed. */
function refuseDeferred(spec: Plain): void {
  const places = [
    ["domains"],
    ["ingress"],
    ["ingress", "rules"],
    ["envs"],
    ...["databases", ...COMPONENT_LISTS].flatMap((list) => [
      [list],
      ...indexes(spec[list]).flatMap((index) => [
        [list, index],
        ...["git", "github", "gitlab", "bitbucket", "image", "envs"].map((part) => [list, index, part]),
      ]),
    ]),
  ];
  for (const path of places) {
    const value = valueAt(spec, path);
    if (typeof value === "object" && value !== null && isDeferred(value))
      throw refused(
        `${displayPath(spec, path)} is not known yet. Call previewSpec inside apply(), or write this part without Outputs`,
      );
  }
}

const indexes = (list: unknown): number[] => (Array.isArray(list) ? list.map((_, index) => index) : []);
