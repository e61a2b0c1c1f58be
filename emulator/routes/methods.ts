import { ApiError } from "../errors";
import type { Api, Env } from "./context";
import type { MiddlewareHandler } from "hono";

interface Template {
  segments: string[];
  methods: Set<string>;
}

function templatesOf(api: Api): Template[] {
  const byPath = new Map<string, Template>();
  for (const { path, method } of api.routes) {
    if (!path.startsWith("/v2/") || method === "ALL") continue;
    const template = byPath.get(path) ?? { segments: path.split("/"), methods: new Set<string>() };
    template.methods.add(method);
    if (method === "GET") template.methods.add("HEAD");
    byPath.set(path, template);
  }
  const parameters = ({ segments }: Template): number =>
    segments.filter((part) => part.startsWith(":")).length;
  return [...byPath.values()].sort((a, b) => parameters(a) - parameters(b));
}

/**
 * Rejects methods that a path does not support, with 405 and the supported ones. The path with the fewest parameters
 * counts.
 */
export function methodGuard(api: Api): MiddlewareHandler<Env> {
  let templates: Template[] | undefined;
  return async (c, next) => {
    templates ??= templatesOf(api);
    const asked = c.req.path.split("/");
    const found = templates.find(
      ({ segments }) =>
        segments.length === asked.length &&
        segments.every((part, index) => (part.startsWith(":") ? asked[index] !== "" : part === asked[index])),
    );
    if (found !== undefined && !found.methods.has(c.req.method)) {
      const allow = [...found.methods].sort().join(", ");
      throw new ApiError(405, "method_not_allowed", `${c.req.method} is not allowed here; use ${allow}.`, {
        allow,
      });
    }
    await next();
  };
}
