import type { DeploymentRecord } from "./deployment-record";
import type { FailureRequest } from "./requested-failures";
import type { Project } from "./projects";
import type { Destinations, StoredApp } from "./stored-app";
import type { Spec } from "./spec";

/** All that the emulator remembers, as JSON holds it. Phases and steps are not part of it: they follow from the time. */
export interface StoreState {
  owner: string;
  /** How far the source of ids is. */
  drawn: number;
  projects: Project[];
  /** Failures asked for that no deployment has met yet. */
  failures: FailureRequest[];
  /** Oldest first. */
  apps: AppState[];
}

export interface AppState {
  id: string;
  /** Base64; what its secrets are encrypted with. */
  key: string;
  spec: Spec;
  projectId: string;
  createdAt: number;
  updatedAt: number;
  suffix: string;
  goneAt?: number;
  deployments: DeploymentRecord[];
  destinations: [alert: string, Destinations][];
  stopped: [id: string, at: number][];
  /** Its deployment by id. */
  pinned?: { deployment: string; specBefore: Spec };
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
