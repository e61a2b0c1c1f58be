import { isoTime } from "../clock";
import { hugeText } from "../model/hostile-text";
import { uuidFrom } from "../model/ids";

/** Ways to make a response differ from the real one, by name. */
export const ALTERATIONS = [
  /** It is about another object: other ids, and other names of apps. */
  "other-object",
  /** It contains no deployment: not in an app, not in a list, and not by itself. */
  "without-deployment",
  /** Every item of a list appears twice. */
  "doubled",
  /** Every list, including those in specs and deployments, starts with a null. */
  "nulls",
  /** `updated_at` differs each time. */
  "moving-updated-at",
  /** `updated_at` always equals the creation time. */
  "frozen-updated-at",
] as const;

export type Altering =
  | (typeof ALTERATIONS)[number]
  /** Deployments younger than this are missing. */
  | { lateMs: number }
  /** Deployments in progress are in this phase. */
  | { phase: string }
  /** It is larger by this many bytes: an extra variable in every spec, or an extra field. */
  | { padBytes: number };

type Json = Record<string, unknown>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SLOTS = ["active_deployment", "in_progress_deployment", "pending_deployment", "pinned_deployment"];
const ENDS = new Set(["ACTIVE", "ERROR", "CANCELED", "SUPERSEDED"]);

const isMap = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy with `change` applied to every map, the inner ones first. */
function mapMaps(value: unknown, change: (map: Json, key: string) => unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => mapMaps(item, change, key));
  if (!isMap(value)) return value;
  return change(
    Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapMaps(inner, change, name)])),
    key,
  );
}

function otherObject(body: unknown): unknown {
  return mapMaps(body, (map, key) => {
    const ids = Object.entries(map).map(([name, value]) => [
      name,
      typeof value === "string" && UUID.test(value) ? uuidFrom("other", value) : value,
    ]);
    const other = Object.fromEntries(ids) as Json;
    return key === "spec" && typeof other.name === "string"
      ? { ...other, name: `${other.name.slice(0, 26)}-other` }
      : other;
  });
}

function withoutDeployments(body: unknown, isHidden: (deployment: Json) => boolean): unknown {
  const hides = (value: unknown): boolean => isMap(value) && isHidden(value);
  return mapMaps(body, (map) => {
    const kept = Object.entries(map).filter(
      ([name, value]) => !((SLOTS.includes(name) || name === "deployment") && hides(value)),
    );
    const shown = Object.fromEntries(kept);
    const { deployments } = shown;
    return Array.isArray(deployments) && deployments.some(isDeployment)
      ? { ...shown, deployments: deployments.filter((one) => !hides(one)) }
      : shown;
  });
}

/** In a spec, the same word has another meaning. */
const isDeployment = (value: unknown): boolean => isMap(value) && "phase" in value && "id" in value;

const updated = (body: unknown, at: (app: Json) => unknown): unknown =>
  mapMaps(body, (map, key) => {
    const isApp = (key === "app" || key === "apps") && "updated_at" in map;
    return isApp ? { ...map, updated_at: at(map) } : map;
  });

function padded(body: unknown, bytes: number): unknown {
  const variable = { key: "PADDING", value: hugeText(bytes), scope: "RUN_TIME" };
  let specs = 0;
  const larger = mapMaps(body, (map, key) => {
    if (key !== "spec") return map;
    specs += 1;
    return { ...map, envs: [...(Array.isArray(map.envs) ? (map.envs as unknown[]) : []), variable] };
  });
  return specs > 0 || !isMap(body) ? larger : { ...body, padding: variable.value };
}

function withNulls(value: unknown): unknown {
  if (Array.isArray(value)) return [null, ...value.map(withNulls)];
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withNulls(inner)]));
}

let moves = 0;

/** The altered body of a response. @param now milliseconds since the epoch, on the emulator's clock */
export function altered(how: Altering, body: unknown, now: number): unknown {
  if (typeof how === "object") {
    if ("padBytes" in how) return padded(body, how.padBytes);
    if ("phase" in how)
      return mapMaps(body, (map) => {
        const runs = isDeployment(map) && "progress" in map && !ENDS.has(String(map.phase));
        return runs ? { ...map, phase: how.phase } : map;
      });
    return withoutDeployments(body, ({ created_at: at }) => Date.parse(String(at)) > now - how.lateMs);
  }
  switch (how) {
    case "other-object":
      return otherObject(body);
    case "without-deployment":
      return withoutDeployments(body, () => true);
    case "doubled":
      return isMap(body)
        ? Object.fromEntries(
            Object.entries(body).map(([name, value]) => [
              name,
              Array.isArray(value) ? [...value, ...value] : value,
            ]),
          )
        : body;
    case "nulls":
      return withNulls(body);
    case "moving-updated-at":
      return updated(body, () => isoTime(now + ++moves));
    case "frozen-updated-at":
      return updated(body, ({ created_at: at }) => at);
  }
}
