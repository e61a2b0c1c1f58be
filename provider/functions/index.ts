export * from "./alerts";
export * from "./apps";
export * from "./catalogue";
export * from "./deployments";
export * from "./events";
export * from "./jobs";
export type { PageQuery } from "./paging";
