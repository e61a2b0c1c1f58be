/**
 * How the service behaves where the API description leaves it open. The defaults follow the best evidence, which is cited
 * where a behavior is implemented. Tests switch them to show that a client copes with the opposite.
 */
export interface Behavior {
  /** After a failed deploy stage, the service goes back to the last good deployment with a new one. @default true */
  autoRollback: boolean;
  /** Seconds between the failure and this rollback. @default a twentieth of deploySeconds, at most 2 */
  autoRollbackSeconds?: number | undefined;
  /** This rollback fails as well. @default false */
  autoRollbackFails: boolean;
  /** What happens to updates, new deployments and rollbacks while this rollback is in progress. @default "accept" */
  whileRollingBack: "accept" | "refuse";
  /** Once a new domain is ready, the service deploys again by itself. @default true */
  domainReady: boolean;
}

export const BEHAVIOR: Readonly<Behavior> = {
  autoRollback: true,
  autoRollbackFails: false,
  whileRollingBack: "accept",
  domainReady: true,
};
