export * from "./alerts";
export * from "./apps";
export * from "./catalogue";
export * from "./deployments";
export * from "./events";
export * from "./jobs";
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
export type { PageQuery } from "../../functions/paging";
