import { nearest, simplify } from "../nearest";
import { quote } from "../problem";
import type { Words } from "../schema-shape";
import { UNKNOWN } from "../unknown";
import type { Visit } from "./visit";

/** Lists that the service extends without notice, and whose members are one letter apart. */
const OPEN: ReadonlySet<string> = new Set(["AppRegion", "InstanceSizeSlug", "TlsVersion"]);

/** What people write for a word of a closed list, in lower case without dashes and underscores. */
const SYNONYMS: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  DatabaseEngine: new Map([
    ["postgres", "PG"],
    ["postgresql", "PG"],
    ["psql", "PG"],
    ["pgsql", "PG"],
    ["mariadb", "MYSQL"],
    ["mongo", "MONGODB"],
    ["elasticsearch", "OPENSEARCH"],
  ]),
  RegistryType: new Map([
    ["docker", "DOCKER_HUB"],
    ["docker.io", "DOCKER_HUB"],
    ["hub.docker.com", "DOCKER_HUB"],
    ["hub", "DOCKER_HUB"],
    ["ghcr.io", "GHCR"],
    ["github", "GHCR"],
    ["digitalocean", "DOCR"],
    ["do", "DOCR"],
    ["registry.digitalocean.com", "DOCR"],
  ]),
  JobKind: new Map([
    ["cron", "SCHEDULED"],
    ["cronjob", "SCHEDULED"],
    ["schedule", "SCHEDULED"],
    ["before", "PRE_DEPLOY"],
    ["beforedeploy", "PRE_DEPLOY"],
    ["pre", "PRE_DEPLOY"],
    ["after", "POST_DEPLOY"],
    ["afterdeploy", "POST_DEPLOY"],
    ["post", "POST_DEPLOY"],
    ["failed", "FAILED_DEPLOY"],
    ["onfailure", "FAILED_DEPLOY"],
    ["deployfailed", "FAILED_DEPLOY"],
  ]),
  VariableScope: new Map([
    ["run", "RUN_TIME"],
    ["build", "BUILD_TIME"],
    ["both", "RUN_AND_BUILD_TIME"],
    ["all", "RUN_AND_BUILD_TIME"],
    ["runandbuild", "RUN_AND_BUILD_TIME"],
    ["buildandrun", "RUN_AND_BUILD_TIME"],
    ["buildandruntime", "RUN_AND_BUILD_TIME"],
    ["buildtimeandruntime", "RUN_AND_BUILD_TIME"],
    ["runtimeandbuildtime", "RUN_AND_BUILD_TIME"],
  ]),
  VariableType: new Map([
    ["plain", "GENERAL"],
    ["plaintext", "GENERAL"],
    ["text", "GENERAL"],
    ["encrypted", "SECRET"],
  ]),
  ServingProtocol: new Map([
    ["h2c", "HTTP2"],
    ["grpc", "HTTP2"],
    ["http1", "HTTP"],
    ["http/1.1", "HTTP"],
  ]),
  AlertRule: new Map([
    ["cpu", "CPU_UTILIZATION"],
    ["memory", "MEM_UTILIZATION"],
    ["memoryutilization", "MEM_UTILIZATION"],
    ["deploymentsucceeded", "DEPLOYMENT_LIVE"],
  ]),
  AlertWindow: new Map([
    ["5m", "FIVE_MINUTES"],
    ["10m", "TEN_MINUTES"],
    ["30m", "THIRTY_MINUTES"],
    ["1h", "ONE_HOUR"],
  ]),
  AlertOperator: new Map([
    [">", "GREATER_THAN"],
    ["<", "LESS_THAN"],
  ]),
  EgressType: new Map([["dedicated", "DEDICATED_IP"]]),
};

/**
 * Checks a value against its list. A likely typo is an error; any other unknown value is a warning, since the service may
 * support new ones. Returns the value that the rules should see.
 */
export function checkWord(word: string, { type, known }: Words, visit: Visit): unknown {
  if (known.includes(word)) return word;
  const { report, path, allowUnknown } = visit;
  const shown = quote(word, path);
  const unknown = shown === undefined ? "is not a known value" : `is ${shown}, which is not a known value`;
  const valid = known.filter((one) => !/^(UNSPECIFIED|UNSET$|UNKNOWN$|basic-|professional-)/.test(one));
  const meant = meantBy(word, type, valid);
  const meaning = meant === undefined ? undefined : `did you mean ${meant}?`;
  if (meant !== undefined && !OPEN.has(type)) {
    const tell = allowUnknown ? report.warn : report.error;
    tell("unknown-value", path, unknown, meaning);
  } else {
    const list = `known values: ${valid.join(", ")}`;
    const what = `${unknown}; it is sent unchanged`;
    report.warn("unknown-value", path, what, meaning === undefined ? list : `${meaning} ${list}`);
  }
  return UNKNOWN;
}

function meantBy(word: string, type: string, valid: readonly string[]): string | undefined {
  const synonym = SYNONYMS[type]?.get(simplify(word));
  if (synonym !== undefined) return synonym;
  if (type === "AppRegion") return nearest(word, valid) ?? valid.find((one) => one === dataCenter(word));
  if (!OPEN.has(type)) return nearest(word, valid);
  // Sizes and versions differ by one character, so only a difference in case is a certain match.
  return valid.find((one) => simplify(one) === simplify(word));
}

/** The region of a data center such as `nyc3`. */
const dataCenter = (word: string): string => word.toLowerCase().replace(/\d$/, "");
