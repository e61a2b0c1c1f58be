import type { App, Deployment } from "../../api/types";
import type { SecretPlaces } from "../../secrets/program-secrets";
import { shownInLine } from "../../text/shown";
import { listsToMaps } from "../../appspec/lists-by-name";
import type { Timeouts } from "../../durations";
import type { Awaited } from "../../service/new-deployment";

/**
 * What Pulumi keeps of an App. Inputs as the service last accepted them, the service's answer, and, under keys that begin
 * with `__` so that Pulumi prints no noise about them, what later runs need to compare.
 */
export interface AppInputs {
  /** The AppSpec in its form by name, see appspec/lists-by-name.ts. */
  spec: unknown;
  projectId?: string;
  redeployOn?: Record<string, unknown>;
  updateSources?: boolean;
  forceBuild?: boolean;
  wait?: boolean;
  timeouts?: Timeouts;
  adopt?: boolean | string;
  backup?: boolean | { directory?: string };
  allowUnknown?: boolean;
  propose?: boolean;
  maxMonthlyCost?: number;
  /** In its form by key, see alerts.ts; a list only where that is not possible. */
  alertDestinations?: unknown;
  onFailedDeployment?: "keep" | "rollback";
  /** Addresses of SECRET variables that are to have no value, see appspec/stored-secrets.ts. */
  emptySecrets?: string[];
  /**
   * Where the program passes Pulumi secrets. Among the outputs, since the provider gets secrets unmarked; a state of version
   * 0.1 does not have it.
   */
  __secrets?: SecretPlaces;
}

/** The last deployment that was made for this resource, or took the place of one. */
export interface LastDeployment {
  id: string;
  phase: string;
}

export interface AppOutputs extends AppInputs {
  liveUrl: string;
  liveDomain: string;
  defaultIngress: string;
  activeDeploymentId: string;
  phase: string;
  region: string;
  tier: string;
  /** Id of the project it is in, whether the program names one (`projectId`) or not. */
  project: string;
  createdAt: string;
  updatedAt: string;
  /** The AppSpec as the service held it after our last write or read, in its form by name. Holds ciphertext. */
  __liveSpec: unknown;
  __deployment?: LastDeployment;
  /** What the last write has not been seen to start. */
  __awaited?: Awaited;
  /** By key of `alertDestinations`. */
  __alerts?: Record<string, HeldAlert>;
  /** A deployment of ours that the app is pinned to: its rollback is not committed yet. */
  __pinned?: string;
  /** True from an import until the first write: `spec` is what the service has, with its defaults; no program gave it. */
  __imported?: boolean;
  /** True for `App.get`: the stack does not manage the app. */
  __readOnly?: boolean;
  /** Where `ignoreChanges` made the outputs differ from the inputs, of which Pulumi keeps those of before. */
  __kept?: readonly (readonly (string | number)[])[];
}

/** What the service answered for an alert whose destinations we set. */
export interface HeldAlert {
  id: string;
  /** Fingerprint of the destinations, see alerts.ts: the addresses themselves are secrets. */
  held: string;
}

export const INPUT_KEYS = [
  "spec",
  "projectId",
  "redeployOn",
  "updateSources",
  "forceBuild",
  "wait",
  "timeouts",
  "adopt",
  "backup",
  "allowUnknown",
  "propose",
  "maxMonthlyCost",
  "alertDestinations",
  "onFailedDeployment",
  "emptySecrets",
] as const satisfies readonly (keyof AppInputs)[];

/** The inputs among properties of the state. */
export function inputsOf(props: AppInputs): AppInputs {
  return plain(Object.fromEntries(INPUT_KEYS.map((key) => [key, props[key]]))) as unknown as AppInputs;
}

/**
 * The outputs after a write or read.
 * @param inputs as the service accepted them
 * @param last the deployment that belongs to them; absent when there is none
 * @param liveSpec what later drift is measured against: the service's answer to our last write or read
 */
export function outputsOf(
  inputs: AppInputs,
  app: App,
  last: LastDeployment | undefined,
  liveSpec: unknown = listsToMaps(app.spec),
): AppOutputs {
  const texts = {
    liveUrl: app.live_url,
    liveDomain: app.live_domain,
    defaultIngress: app.default_ingress,
    activeDeploymentId: app.active_deployment?.id,
    phase: last?.phase ?? app.active_deployment?.phase,
    region: app.region?.slug ?? app.spec.region,
    tier: app.tier_slug,
    project: app.project_id,
    createdAt: app.created_at,
    updatedAt: app.updated_at,
  };
  return plain({
    ...inputsOf(inputs),
    ...Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, shownInLine(text ?? "")])),
    // Without it later runs cannot tell drift, which the engine's connection is worth.
    __liveSpec: isRecordable(liveSpec) ? liveSpec : undefined,
    ...(inputs.__secrets && { __secrets: inputs.__secrets }),
    ...(last && { __deployment: last }),
  }) as unknown as AppOutputs;
}

export function lastDeployment(deployment: Deployment): LastDeployment {
  return { id: deployment.id, phase: shownInLine(deployment.phase ?? "UNKNOWN") };
}

/**
 * Characters of JSON, far above those of a spec that the service takes. What a failed operation records reaches the engine in
 * the head of a response: with one above 16 MB it cuts the connection, and with it all other resources.
 */
const LARGEST_LIVE_SPEC = 4 * 1024 * 1024;

/** False for a spec that is too large for the state. */
export const isRecordable = (liveSpec: unknown): boolean =>
  (JSON.stringify(liveSpec) ?? "").length <= LARGEST_LIVE_SPEC;

/** The same without `undefined`, which the host of dynamic providers cannot pass on. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** The inputs that a person sees and changes. */
export function visible(props: AppInputs): Record<string, unknown> {
  return Object.fromEntries(INPUT_KEYS.map((key) => [key, props[key]]));
}
