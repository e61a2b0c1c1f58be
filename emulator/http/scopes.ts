import { ApiError } from "../errors";

/** Scopes of a token, such as `app:read`; undefined for a token with full access. */
export type Scopes = readonly string[] | undefined;

export const mayReadProjects = (scopes: Scopes): boolean => scopes?.includes("project:read") ?? true;

/**
 * Rejects a request whose token lacks a scope that it needs, as the `security` field of its operation in the API description
 * says. Without `project:read`, reads of apps succeed and hide the project.
 * @throws {@link ApiError} 403, with the message that a user published in digitalocean/doctl#1635
 */
export function checkScopes(method: string, path: string, body: unknown, scopes: Scopes): void {
  if (scopes === undefined || neededBy(method, path, body).every((scope) => scopes.includes(scope))) return;
  throw new ApiError(403, "Forbidden", "You are not authorized to perform this operation");
}

/** Operations that only read, whatever their method. */
const ONLY_READS = /\/(propose|bandwidth_daily)$/;

function neededBy(method: string, path: string, body: unknown): string[] {
  if (path.startsWith("/v2/account")) return ["account:read"];
  if (path.startsWith("/v2/projects")) return [projectScope(method, path)];
  if (path.endsWith("/exec")) return ["app:access_console"];
  if (method === "GET" || ONLY_READS.test(path)) return ["app:read"];
  if (method === "DELETE") return ["app:delete"];
  if (path !== "/v2/apps") return ["app:update"];
  const { project_id: project } = (body ?? {}) as { project_id?: unknown };
  return project ? ["app:create", "project:assign_resource"] : ["app:create"];
}

function projectScope(method: string, path: string): string {
  if (method === "GET") return "project:read";
  if (path.endsWith("/resources")) return "project:assign_resource";
  return { POST: "project:create", DELETE: "project:delete" }[method] ?? "project:update";
}
