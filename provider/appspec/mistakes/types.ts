import { isPlainObject } from "../lists-by-name";
import { quote } from "../problem";
import type { ListShape, MapShape, ScalarShape, Shape } from "../schema-shape";
import { imageFields } from "./images";
import type { Visit } from "./visit";

/** Reports a value of the wrong type, with what to write in its place. */
export function reportWrongType(value: unknown, shape: Shape, { path, report }: Visit): void {
  const shown = shape.kind === "map" || shape.kind === "list" ? undefined : quote(value, path);
  const is = typeof value === "string" && shown !== undefined ? shown : kindOf(value);
  report.error("wrong-type", path, `must be ${NOUNS[shape.kind]}, but is ${is}`, hintFor(value, shape, path));
}

const NOUNS = {
  map: "a map",
  list: "a list",
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
} as const;

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number")
    return Number.isFinite(value) && !Number.isInteger(value) ? "a fractional number" : "a number";
  if (typeof value === "boolean") return String(value);
  return typeof value === "object" ? "a map" : typeof value === "string" ? "a string" : `a ${typeof value}`;
}

type Path = Visit["path"];

function hintFor(value: unknown, shape: Shape, path: Path): string | undefined {
  if (value === null) return typeof path.at(-1) === "number" ? "remove the dash" : undefined;
  switch (shape.kind) {
    case "list":
      return listHint(value, shape, path);
    case "map":
      return Array.isArray(value) ? mapOfListHint(value, shape) : mapHint(value, shape, path);
    case "string":
      return textHint(value, path);
    case "boolean":
      return booleanHint(value);
    default:
      return numberHint(value, shape.kind, path);
  }
}

/** The field that identifies a list item; a plain string in place of an item stands for this field. */
const IDENTITY: Readonly<Record<string, string>> = {
  AppService: "name",
  AppStaticSite: "name",
  AppWorker: "name",
  AppJob: "name",
  AppFunctions: "name",
  AppDatabase: "name",
  AppDomain: "domain",
  AppVariable: "key",
  AppAlert: "rule",
  AppRoute: "path",
  StringMatch: "exact",
  LogDestination: "name",
  LogDestinationHeader: "key",
  VpcEgressIp: "ip",
};

export const identityOf = (shape: Shape): string | undefined =>
  shape.kind === "map" ? IDENTITY[shape.type] : undefined;

function listHint(value: unknown, { items }: ListShape, path: Path): string {
  if (!isPlainObject(value)) {
    const identity = identityOf(items);
    if (isGuarded(items)) return `write a list: - ${identity ?? "key"}: … and value: …`;
    if (items.kind === "integer" && typeof value === "string")
      return `write a list of numbers: [${numbersIn(value)}]`;
    const shown = shownIn(value, path);
    return identity === undefined ? `write [${shown}]` : `write a list: - ${identity}: ${shown}`;
  }
  const keys = Object.keys(value);
  const [first] = keys;
  if (first === undefined) return "write [] or omit it";
  if (items.kind !== "map") {
    const entry = path.at(-1) === "features" ? `${safe(first)}=…` : "…";
    return `put a dash before each entry: - ${entry}`;
  }
  if (keys.every((key) => items.fields.has(key))) return `put a dash before the first field: - ${first}: …`;
  if (items.type === "AppVariable")
    return `write each variable as a list item: - key: ${safe(first)} and value: …`;
  return `write each entry as a list item: - ${identityOf(items) ?? "name"}: ${safe(first)}`;
}

/** The numbers of a text such as `8080, 9090`. */
const numbersIn = (text: string): string => (text.match(/\d{1,9}/g) ?? ["…"]).slice(0, 10).join(", ");

/** The text of such an item may contain a secret. */
const isGuarded = (items: Shape): boolean =>
  items.kind === "map" && (items.type === "AppVariable" || items.type === "LogDestinationHeader");

/** Keys are user input: only those that look like names are quoted. */
const safe = (key: string): string => (/^[A-Za-z_][\w.-]{0,40}$/.test(key) ? key : "…");

function mapOfListHint(list: readonly unknown[], { type, fields }: MapShape): string {
  if (type === "ServiceAutoscalingMetrics" || type === "WorkerAutoscalingMetrics")
    return "write the metrics without dashes: cpu: { percent: 70 }";
  if (type === "AppIngress") return "move the list to ingress.rules";
  if (type === "JobSchedule") return 'write schedule: { cron: "0 3 * * *", time_zone: UTC }';
  if (list.length > 0 && list.every(isPlainObject))
    return list.length === 1
      ? "write it as one map: remove the dash or the brackets"
      : "write its fields as one map: remove the dashes or the brackets";
  return `write a map with ${fieldNames(fields)}`;
}

const fieldNames = (fields: MapShape["fields"]): string => [...fields.keys()].slice(0, 4).join(", ");

/** The field that a scalar in place of a map stands for. */
const MAIN_FIELD: Readonly<Record<string, string>> = {
  GitSource: "repo_clone_url",
  GitHubSource: "repo",
  GitLabSource: "repo",
  BitbucketSource: "repo",
  JobSchedule: "cron",
  ServiceHealthCheck: "http_path",
  HealthCheck: "http_path",
  IngressComponent: "name",
  IngressRedirect: "uri",
  AppEgress: "type",
  AppVpc: "id",
  StringMatch: "exact",
  CpuMetric: "percent",
  RequestsPerSecondMetric: "per_instance",
  RequestDurationMetric: "p95_milliseconds",
  PapertrailDestination: "endpoint",
  OpenSearchDestination: "endpoint",
  AppMaintenance: "enabled",
  LoadingPage: "enabled",
  ImageDeployOnPush: "enabled",
  InactivitySleep: "after_seconds",
  ServiceTermination: "grace_period_seconds",
  Termination: "grace_period_seconds",
  DatadogDestination: "api_key",
  LogtailDestination: "token",
};

function mapHint(value: unknown, { type, fields }: MapShape, path: Path): string {
  const field = path.at(-1);
  if (type === "ImageSource" && typeof value === "string") return `write ${imageFields(value)}`;
  if (type === "IngressStringMatch")
    return field === "authority"
      ? example("authority", "exact", value, path)
      : example("path", "prefix", value, path);
  if (type === "IngressMatch") return `write match: { path: { prefix: ${shownIn(value, path)} } }`;
  const identity = typeof field === "number" ? IDENTITY[type] : undefined;
  if (type === "AppVariable" || type === "LogDestinationHeader") {
    const key = typeof value === "string" ? /^([A-Z_][A-Z0-9_]{0,40})=/.exec(value)?.[1] : undefined;
    return `write key: ${key ?? "…"} and value: …`;
  }
  if (identity !== undefined) return `write ${identity}: ${shownIn(value, path)}`;
  const main = MAIN_FIELD[type];
  const fits = main !== undefined && fitsField(value, fields.get(main)?.shape);
  if (main !== undefined && fits && typeof field === "string") return example(field, main, value, path);
  return `write a map with ${fieldNames(fields)}`;
}

function fitsField(value: unknown, shape: Shape | undefined): boolean {
  if (shape?.kind === "string") return typeof value === "string";
  if (shape?.kind === "boolean") return typeof value === "boolean";
  return typeof value === "number";
}

const example = (field: string, inner: string, value: unknown, path: Path): string =>
  `write ${field}: { ${inner}: ${shownIn(value, [...path, inner])} }`;

const shownIn = (value: unknown, path: Path): string =>
  typeof value === "string" ? (quote(value, path) ?? "…") : String(value as number | boolean);

function textHint(value: unknown, path: Path): string {
  const field = path.at(-1);
  if (Array.isArray(value)) {
    if (field === "run_command" || field === "build_command") return "write the whole command as one string";
    return "write one string, without dashes or brackets";
  }
  if (path.includes("features") && isPlainObject(value)) {
    const [[name, setting] = ["…", ""]] = Object.entries(value);
    const shown = typeof setting === "string" ? safe(setting) : "…";
    return `write name and value as one string: ${safe(name)}=${shown}`;
  }
  return "write a string in quotes";
}

function booleanHint(value: unknown): string {
  // A map may have a field with the name of a method that the conversion would call.
  const text = typeof value === "object" ? "" : String(value).trim().toLowerCase();
  if (/^(yes|y|on|1|true|t|enabled?)$/.test(text)) return "write true";
  if (/^(no|n|off|0|false|f|disabled?)$/.test(text)) return "write false";
  return "write true or false, without quotes";
}

function numberHint(value: unknown, kind: ScalarShape["kind"], path: Path): string {
  if (Array.isArray(value)) return "write one number, without dashes or brackets";
  const text = typeof value === "string" ? value.trim() : "";
  const seconds = String(path.at(-1)).endsWith("_seconds") ? secondsIn(text) : undefined;
  if (seconds !== undefined) return `write the number of seconds: ${seconds}`;
  const digits = /^(\d{1,9})\D/.exec(text)?.[1];
  if (digits !== undefined) return `write only the number: ${digits}`;
  return kind === "integer" ? "write a whole number" : "write a number";
}

const SECONDS: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["sec", 1],
  ["second", 1],
  ["m", 60],
  ["min", 60],
  ["minute", 60],
  ["h", 3600],
  ["hour", 3600],
]);

/** `30s`, `5 minutes`. */
function secondsIn(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,6})\s*([a-z]+)$/i.exec(text) ?? [];
  const factor = SECONDS.get(unit.toLowerCase().replace(/(?<=..)s$/, ""));
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
