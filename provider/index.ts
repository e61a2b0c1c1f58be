export { App, type AppArgs } from "./dynamic/app";
export type { AlertDestination, SlackWebhook } from "./resources/app/alerts/destinations";
export type { AppSpecArgs, DeepInput } from "./dynamic/inputs";
export { loadSpec } from "./load-spec";
export { Deployment, type DeploymentArgs } from "./dynamic/deployment";
export { Rollback, type RollbackArgs, type RollbackState } from "./dynamic/rollback";
export * from "./dynamic/functions";
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
export { explain, type SizePrices } from "./appspec/explain";
export { plan } from "./appspec/plan";
export { previewSpec, type PreviewOptions } from "./appspec/preview-spec";
export type {
  Accepted,
  Action,
  ComponentKind,
  ComponentPlan,
  Effect,
  Instances,
  Plan,
  Wanted,
} from "./appspec/plan";
export type * from "./appspec/types";
export type { Timeouts } from "./durations";
export { ApiError, AppPlatformError, type ErrorCode } from "./errors";
