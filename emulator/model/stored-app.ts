import type { DeploymentRecord } from "./deployment-record";
import type { Spec } from "./spec";

/** Recipients of an alert. */
export interface Destinations {
  emails: string[];
  slack_webhooks: { url: string; channel: string }[];
}

/** An app as it is stored. */
export interface StoredApp {
  readonly id: string;
  /** With server defaults, secrets as ciphertext. */
  spec: Spec;
  projectId: string;
  readonly createdAt: number;
  updatedAt: number;
  /** Oldest first. */
  readonly deployments: DeploymentRecord[];
  /** The five characters after the name in the app's default host name. */
  readonly suffix: string;
  /** Set while it is being deleted: when it will be gone. */
  goneAt?: number;
  /** By alert id. */
  readonly destinations: Map<string, Destinations>;
  /** Canceled job runs and scalings: the time of cancellation by id. */
  readonly stopped: Map<string, number>;
  /** Set while a rollback is neither committed nor reverted: its deployment, and the spec from before. */
  pinned?: { readonly deployment: DeploymentRecord; readonly specBefore: Spec };
  /** Set after a rollback was committed, until the next deployment: the spec from before it. */
  committed?: { readonly specBefore: Spec };
  /** Its creation failed in between: updates and new deployments fail, too. */
  broken?: boolean;
  /** The plain text of one of this app's `EV[…]`; undefined for any other. */
  plain(ciphertext: string): string | undefined;
}
