export { App, type AppArgs } from "./app";
export type { AlertDestination, SlackWebhook } from "./alerts/destinations";
export type { AppSpecArgs, DeepInput } from "./inputs";
export { loadSpec } from "./load";
export { Deployment, type DeploymentArgs } from "./resources/deployment";
export { Rollback, type RollbackArgs, type RollbackState } from "./resources/rollback";
export {
  getLogs,
  getLogsOutput,
  getLogsText,
  getLogsTextOutput,
  getLogUrls,
  getLogUrlsOutput,
  type LogLines,
  type LogsQuery,
  type LogsTextQuery,
} from "./logs";
export * from "./lookups/index";
export type {
  Alert,
  App as AppInfo,
  AppEvent,
  AppHealth,
  AppInstance,
  BandwidthUsage,
  ComponentHealth,
  Deployment as DeploymentInfo,
  DeploymentPhase,
  DeploymentProgress,
  DeploymentStep,
  DeploymentType,
  EventType,
  InstanceSize,
  InvocationPhase,
  JobInvocation,
  LogType,
  LogUrls,
  Proposal,
  Region,
  RollbackCondition,
  RollbackValidation,
} from "./api/types";
export { explain, type SizePrices } from "./spec/explain";
export { plan } from "./spec/plan";
export type {
  Accepted,
  Action,
  ComponentKind,
  ComponentPlan,
  Effect,
  Instances,
  Plan,
  Wanted,
} from "./spec/plan";
export type * from "./spec/types";
export type { Timeouts } from "./state";
export { ApiError, AppPlatformError, type ErrorCode } from "./errors";
