/**
 * The scopes that a request needs, from the `security` field of each operation in the API description and from its notes on
 * `project_id`; see https://docs.digitalocean.com/reference/api/scopes.
 */
export function scopesFor(method: string, path: string): readonly string[] {
  const [place = "", query = ""] = path.split("?", 2);
  if (/^\/v2\/projects\/[^/]+\/resources$/.test(place) && method !== "GET")
    return ["project:assign_resource", "project:read"];
  if (place.startsWith("/v2/projects")) return ["project:read"];
  if (place.startsWith("/v2/account")) return ["account:read"];
  if (!place.startsWith("/v2/apps")) return [];
  if (/\/exec$/.test(place)) return ["app:access_console", "app:read"];
  if (method === "GET")
    return /\bwith_projects=true\b/.test(query) ? ["app:read", "project:read"] : ["app:read"];
  // Operations that only read, whatever their method.
  if (/\/(propose|bandwidth_daily)$/.test(place)) return ["app:read"];
  if (method === "DELETE") return ["app:delete"];
  return place === "/v2/apps" ? ["app:create"] : ["app:update"];
}

/** What to do about a request that was rejected for a missing scope, as sentences. */
export function scopeHelp(method: string, path: string): string {
  const scopes = scopesFor(method, path);
  const forProject = scopes[0] === "app:create" ? ", with projectId also project:assign_resource" : "";
  const needed =
    scopes.length === 0
      ? ""
      : `This request needs the scope${scopes.length > 1 ? "s" : ""} ${scopes.join(" and ")}${forProject}. `;
  return (
    `${needed}Use a token with app:create, app:read, app:update and app:delete; for projectId also with ` +
    "project:assign_resource, which moves apps, and project:read, which shows their project."
  );
}
