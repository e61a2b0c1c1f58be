import type { DeploymentRecord } from "./deployment-record";
import type { Spec } from "./spec";

/** Whom an alert tells. */
export interface Destinations {
  emails: string[];
  slack_webhooks: { url: string; channel: string }[];
}

/** An app as it is remembered. */
export interface StoredApp {
  readonly id: string;
  /** With server defaults, secrets as ciphertext. */
  spec: Spec;
  projectId: string;
  readonly createdAt: number;
  updatedAt: number;
  /** Oldest first. */
  readonly deployments: DeploymentRecord[];
  /** The five characters after the name in the app's default host. */
  readonly suffix: string;
  /** Set once it is being deleted: when it will be gone. */
  goneAt?: number;
  /** By alert id. */
  readonly destinations: Map<string, Destinations>;
  /** Runs of jobs and scalings that were canceled: when, by their id. */
  readonly stopped: Map<string, number>;
  /** Set while a rollback is neither committed nor reverted: its deployment, and the spec of before. */
  pinned?: { readonly deployment: DeploymentRecord; readonly specBefore: Spec };
  /** The text behind one of this app's `EV[…]`; undefined for any other. */
  plain(ciphertext: string): string | undefined;
}
