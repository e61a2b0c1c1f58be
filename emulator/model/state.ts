import type { DeploymentRecord } from "./deployment-record";
import type { FailureRequest } from "./requested-failures";
import type { Project } from "./projects";
import type { Destinations, StoredApp } from "./stored-app";
import type { Spec } from "./spec";

/** The emulator's complete state as JSON. Phases and steps are not part of it: they follow from the time. */
export interface StoreState {
  owner: string;
  /** Position of the source of ids. */
  drawn: number;
  projects: Project[];
  /** Requested failures that no deployment has consumed yet. */
  failures: FailureRequest[];
  /** Oldest first. */
  apps: AppState[];
}

export interface AppState {
  id: string;
  /** Base64; the key that encrypts its secrets. */
  key: string;
  spec: Spec;
  projectId: string;
  createdAt: number;
  updatedAt: number;
  suffix: string;
  goneAt?: number;
  broken?: boolean;
  deployments: DeploymentRecord[];
  destinations: [alert: string, Destinations][];
  stopped: [id: string, at: number][];
  /** The deployment is stored by its id. */
  pinned?: { deployment: string; specBefore: Spec };
  committed?: { specBefore: Spec };
}

export function stateOfApp(app: StoredApp, key: Buffer): AppState {
  const { plain: _plain, destinations, stopped, pinned, ...rest } = app;
  return {
    ...rest,
    key: key.toString("base64"),
    destinations: [...destinations],
    stopped: [...stopped],
    ...(pinned && { pinned: { ...pinned, deployment: pinned.deployment.id } }),
  };
}

export function appFrom(state: AppState): Omit<StoredApp, "plain"> {
  const { key: _key, destinations, stopped, pinned, ...rest } = state;
  const held = state.deployments.find(({ id }) => id === pinned?.deployment);
  return {
    ...rest,
    destinations: new Map(destinations),
    stopped: new Map(stopped),
    ...(pinned && held && { pinned: { ...pinned, deployment: held } }),
  };
}
