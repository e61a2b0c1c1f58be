import type { Report } from "../problem";
import { has, mapOf, numberOf, own, type Component, type SpecView } from "./view";

const servicesOf = (app: SpecView): Component[] => app.components.filter(({ list }) => list === "services");

export function portsAreDistinct(app: SpecView, report: Report): void {
  for (const { path, value } of servicesOf(app)) {
    const ports = own(value, "internal_ports");
    if (!Array.isArray(ports)) continue;
    const seen = new Set<unknown>();
    ports.forEach((port: unknown, index) => {
      if (typeof port !== "number") return;
      const place = [...path, "internal_ports", index];
      if (port < 1 || port > 65535)
        report.warn("bad-port", place, `is ${port}, which is not a valid port`, "use a port from 1 to 65535");
      if (port === own(value, "http_port"))
        report.error(
          "duplicate-port",
          place,
          `is ${port}, which is also the http_port; the service rejects that`,
          "remove it from internal_ports",
        );
      else if (seen.has(port))
        report.warn("duplicate-port", place, `is ${port}, which is already in the list`);
      seen.add(port);
    });
  }
}

/**
 * The ports that a service opens; undefined where one of them is not known. Without `http_port` and `internal_ports` the service
 * chooses, and the acceptance tests of its Terraform provider check other ports than its default.
 */
function openPorts(service: Component["value"]): number[] | undefined {
  const internal = own(service, "internal_ports");
  const ports = Array.isArray(internal) ? (internal as unknown[]) : internal === undefined ? [] : [internal];
  const all = [...(has(service, "http_port") ? [own(service, "http_port")] : []), ...ports];
  return all.length > 0 && all.every((port) => typeof port === "number") ? all : undefined;
}

export function checkedPortsAreOpen(app: SpecView, report: Report): void {
  for (const { path, value } of servicesOf(app)) {
    const open = openPorts(value);
    if (!open) continue;
    for (const field of ["health_check", "liveness_health_check"]) {
      const check = mapOf(value, field);
      const port = check && numberOf(check, "port");
      if (port === undefined || open.includes(port)) continue;
      report.error(
        "port-not-open",
        [...path, field, "port"],
        `is ${port}, but the service opens only ${open.join(", ")}`,
        `write port: ${open[0]}, or add ${port} to internal_ports`,
      );
    }
  }
}
