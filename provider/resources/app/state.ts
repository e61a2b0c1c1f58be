import type { App, Deployment } from "../../api/types";
import type { SecretPlaces } from "../../secrets/program-secrets";
import { shownInLine } from "../../text/shown";
import { listsToMaps } from "../../appspec/lists-by-name";
import { asServiceRollback, type ServiceRollback } from "../../deploy/service-rollback";
import type { Timeouts } from "../../durations";
import type { Awaited } from "../../service/new-deployment";

/**
 * An App in the Pulumi state: the inputs that the service last accepted, the service's response, and data that later runs
 * compare with. The keys of that data begin with `__`, so that Pulumi does not print them in diffs.
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
  /** In its form by key, see alerts.ts; a list only if that is not possible. */
  alertDestinations?: unknown;
  onFailedDeployment?: "keep" | "rollback";
  /** Addresses of SECRET variables that must be empty, see appspec/stored-secrets.ts. */
  emptySecrets?: string[];
  /**
   * Where the program passes Pulumi secrets. Stored in the outputs, since the provider receives secrets unmarked; missing in
   * states of version 0.1.
   */
  __secrets?: SecretPlaces;
}

/** The last deployment created for this resource, or the one that replaced it. */
export interface LastDeployment {
  id: string;
  phase: string;
  /** Set if it failed and the service went back to an earlier deployment by itself. */
  rolledBack?: ServiceRollback;
}

export interface AppOutputs extends AppInputs {
  liveUrl: string;
  liveDomain: string;
  defaultIngress: string;
  activeDeploymentId: string;
  phase: string;
  region: string;
  tier: string;
  /** Id of the app's project, whether or not the program sets `projectId`. */
  project: string;
  createdAt: string;
  updatedAt: string;
  /** The service's AppSpec after our last write or read, in its form by name. Contains ciphertext. */
  __liveSpec: unknown;
  __deployment?: LastDeployment;
  /** The expected deployment of the last write, while no run has seen it. */
  __awaited?: Awaited;
  /** By key of `alertDestinations`. */
  __alerts?: Record<string, HeldAlert>;
  /** Our rollback deployment that the app is pinned to, until the rollback is committed. */
  __pinned?: string;
  /** True from an import until the first write: `spec` comes from the service, with its defaults, not from a program. */
  __imported?: boolean;
  /** True for `App.get`: the stack does not manage the app. */
  __readOnly?: boolean;
  /** Places where `ignoreChanges` made the outputs differ from the previous inputs, which Pulumi keeps. */
  __kept?: readonly (readonly (string | number)[])[];
}

/** An alert whose destinations we set, from the service's response. */
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

/** The inputs among the properties in the state. */
export function inputsOf(props: AppInputs): AppInputs {
  return plain(Object.fromEntries(INPUT_KEYS.map((key) => [key, props[key]]))) as unknown as AppInputs;
}

/**
 * The outputs after a write or read.
 * @param inputs the inputs that the service accepted
 * @param last their deployment, if there is one
 * @param liveSpec the baseline for later drift: the service's response to our last write or read
 * @param project the last known project, since not every response contains it
 */
export function outputsOf(
  inputs: AppInputs,
  app: App,
  last: LastDeployment | undefined,
  liveSpec: unknown = listsToMaps(app.spec),
  project: string | undefined = app.project_id,
): AppOutputs {
  const texts = {
    liveUrl: app.live_url,
    liveDomain: app.live_domain,
    defaultIngress: app.default_ingress,
    activeDeploymentId: app.active_deployment?.id,
    phase: last?.phase ?? app.active_deployment?.phase,
    region: app.region?.slug ?? app.spec.region,
    tier: app.tier_slug,
    project,
    createdAt: app.created_at,
    updatedAt: app.updated_at,
  };
  return plain({
    ...inputsOf(inputs),
    ...Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, shownInLine(text ?? "")])),
    // Without it, later runs cannot detect drift, but a spec that is too large would break the engine's connection.
    __liveSpec: isRecordable(liveSpec) ? liveSpec : undefined,
    ...(inputs.__secrets && { __secrets: inputs.__secrets }),
    ...(last && { __deployment: last }),
  }) as unknown as AppOutputs;
}

/** @param rolledBack the service's own rollback of it, if it failed */
export function lastDeployment(deployment: Deployment, rolledBack?: Deployment): LastDeployment {
  return {
    id: deployment.id,
    phase: shownInLine(deployment.phase ?? "UNKNOWN"),
    ...(rolledBack && { rolledBack: asServiceRollback(rolledBack) }),
  };
}

/**
 * Characters of JSON, far more than in any spec that the service accepts. The outputs of a failed operation reach the engine in
 * a response header: if it is larger than 16 MB, the engine closes the connection, which fails all other resources.
 */
const LARGEST_LIVE_SPEC = 4 * 1024 * 1024;

/** False for a spec that is too large for the state. */
export const isRecordable = (liveSpec: unknown): boolean =>
  (JSON.stringify(liveSpec) ?? "").length <= LARGEST_LIVE_SPEC;

/** The same without `undefined`, which the host of dynamic providers cannot pass on. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** The inputs that users see and change. */
export function visible(props: AppInputs): Record<string, unknown> {
  return Object.fromEntries(INPUT_KEYS.map((key) => [key, props[key]]));
}
