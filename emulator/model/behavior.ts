/**
 * How the service behaves where the API description leaves it open. The data file of assumptions cites the evidence for each
 * default, and switches it: `otherwise` is the only way to do so, also for tests.
 */
export interface Behavior {
  /** After a failed deploy stage, the service goes back to the last good deployment with a new one. */
  autoRollback: boolean;
  /** Seconds between the failure and this rollback; by default a twentieth of deploySeconds, at most 2. */
  autoRollbackSeconds: number | undefined;
  /** This rollback fails as well. */
  autoRollbackFails: boolean;
  /** What happens to updates, new deployments and rollbacks while this rollback is in progress. */
  whileRollingBack: "accept" | "refuse";
  /** Once a new domain is ready, the service deploys again by itself. */
  domainReady: boolean;
  /** An update that changes nothing starts a deployment. */
  deployUnchanged: boolean;
  /** The cancellation of a deployment that has finished is rejected. */
  refuseLateCancel: boolean;
  /** A committed rollback can still be reverted, as long as no other deployment follows it. */
  revertCommitted: boolean;
  /** An app without a deployment in progress has a `pending_deployment`, its newest one. */
  pendingWhenIdle: boolean;
  /** The status of a response that rejects a spec. */
  invalidSpecStatus: 400 | 422;
  /** Deployments of prebuilt images have a build stage. */
  imageBuildStage: boolean;
  /** The progress of a deployment contains counters that are zero. */
  zeroCounters: boolean;
  /** A SECRET without a value, or with an empty one, keeps the stored value. */
  emptySecretsKeep: boolean;
  /** A SECRET that refers to another component is returned in plaintext. */
  plainBindableSecrets: boolean;
  /** The tokens of log destinations are returned encrypted. */
  sealLogTokens: boolean;
  /** Passwords and headers of log destinations are returned in plaintext. */
  plainLogPasswords: boolean;
  /** The value of the secure header is returned encrypted. */
  sealSecureHeader: boolean;
  /** Seconds between the first active deployment and the app's address. */
  addressSeconds: number;
  /** Seconds that an app still responds after its deletion. */
  deleteSeconds: number;
  /** Seconds by which lists show created and deleted apps late. */
  listLagSeconds: number;
  /** A page beyond the last has an empty list of apps instead of none. */
  emptyPages: boolean;
  /** Lists contain project_id even without with_projects=true. */
  projectInLists: boolean;
  /** updated_at of an app moves by itself. */
  updatedAtMoves: boolean;
  /** `deploy_on_push: { enabled: false }` of an image is returned as it was sent. */
  keepDisabledPush: boolean;
  /** `instance_count: 0` is stored as it was sent. */
  keepZeroCount: boolean;
  /** `instance_count: 1` is filled in. */
  fillInstanceCount: boolean;
  /** A component without a size is returned without one. */
  omitSize: boolean;
  /** The type GENERAL of a variable is returned as it was sent. */
  keepGeneralType: boolean;
  /** Containers of a deployment that is no longer active have a RUN log. */
  keepRunLogs: boolean;
  /** A log has two archives per component, the newest first. */
  newestArchiveFirst: boolean;
  /** A live log over HTTP delivers each line when it is written, instead of buffering what follows the existing ones. */
  httpLogsAtOnce: boolean;
  /** The protocol that addresses of live logs are meant for. Both kinds can be opened over either. */
  liveLogs: "http" | "websocket";
}

export const BEHAVIOR: Readonly<Behavior> = {
  autoRollback: true,
  autoRollbackSeconds: undefined,
  autoRollbackFails: false,
  whileRollingBack: "accept",
  domainReady: true,
  deployUnchanged: true,
  refuseLateCancel: false,
  revertCommitted: true,
  pendingWhenIdle: false,
  invalidSpecStatus: 400,
  imageBuildStage: true,
  zeroCounters: false,
  emptySecretsKeep: false,
  plainBindableSecrets: false,
  sealLogTokens: false,
  plainLogPasswords: false,
  sealSecureHeader: false,
  addressSeconds: 0,
  deleteSeconds: 0,
  listLagSeconds: 0,
  emptyPages: false,
  projectInLists: false,
  updatedAtMoves: true,
  keepDisabledPush: false,
  keepZeroCount: false,
  fillInstanceCount: false,
  omitSize: false,
  keepGeneralType: false,
  keepRunLogs: false,
  newestArchiveFirst: false,
  httpLogsAtOnce: false,
  liveLogs: "http",
};
