import { isPlainObject } from "./lists-by-name";

/**
 * Whether an app with this spec gets an address. Its ingress rules decide, which the service fills in; without them, its
 * components: workers, jobs, and services with internal ports only are not public. Pure.
 * @param spec in its list form
 */
export function isPublic(spec: unknown): boolean {
  if (!isPlainObject(spec)) return false;
  const { ingress } = spec;
  if (isPlainObject(ingress) && Array.isArray(ingress["rules"])) return ingress["rules"].length > 0;
  const items = (list: string): unknown[] => (Array.isArray(spec[list]) ? spec[list] : []);
  return (
    items("static_sites").length > 0 ||
    items("functions").length > 0 ||
    items("services").some(isPublicService)
  );
}

function isPublicService(service: unknown): boolean {
  if (!isPlainObject(service)) return false;
  const { http_port: port, internal_ports: internal } = service;
  return typeof port === "number" || !Array.isArray(internal) || internal.length === 0;
}
