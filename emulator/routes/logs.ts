import type { Api, Deps } from "./context";

export function logRoutes(_api: Api, _deps: Deps): void {}
