import { describeRules } from "./cases";
import { limit, service, top, logs, search } from "./specs";

describeRules("observe", [
  [
    "alert-place",
    "warning",
    "alerts.0.rule",
    top({ alerts: [{ rule: "CPU_UTILIZATION", ...limit }] }),
    top({ alerts: [{ rule: "DOMAIN_FAILED" }] }),
  ],
  [
    "alert-place",
    "warning",
    "services.0.alerts.0.rule",
    service({ alerts: [{ rule: "DEPLOYMENT_FAILED" }] }),
    service({ alerts: [{ rule: "CPU_UTILIZATION", ...limit }] }),
  ],
  [
    "incomplete-alert",
    "warning",
    "services.0.alerts.0",
    service({ alerts: [{ rule: "RESTART_COUNT", value: 3 }] }),
    service({ alerts: [{ rule: "RESTART_COUNT", disabled: true }] }),
  ],
  [
    "duplicate-alert",
    "warning",
    "services.0.alerts.1",
    service({
      alerts: [
        { rule: "MEM_UTILIZATION", ...limit },
        { rule: "MEM_UTILIZATION", ...limit, value: 90 },
      ],
    }),
    service({
      alerts: [
        { rule: "MEM_UTILIZATION", ...limit },
        { rule: "MEM_UTILIZATION", ...limit, window: "ONE_HOUR" },
      ],
    }),
  ],
  [
    "two-destinations",
    "error",
    "services.0.log_destinations.0",
    logs({ endpoint: "https://example.com", logtail: { token: "t" } }),
    logs({ endpoint: "https://example.com" }),
  ],
  [
    "no-destination",
    "warning",
    "services.0.log_destinations.0",
    logs({}),
    logs({ papertrail: { endpoint: "example.com:1" } }),
  ],
  [
    "no-token",
    "warning",
    "services.0.log_destinations.0.logtail",
    logs({ logtail: {} }),
    logs({ logtail: { token: "t" } }),
  ],
  [
    "duplicate-destination",
    "error",
    "services.0.log_destinations.1.name",
    service({
      log_destinations: [
        { name: "ab", endpoint: "https://a" },
        { name: "ab", endpoint: "https://b" },
      ],
    }),
    service({
      log_destinations: [
        { name: "ab", endpoint: "https://a" },
        { name: "cd", endpoint: "https://b" },
      ],
    }),
  ],
  [
    "endpoint-and-cluster",
    "error",
    "services.0.log_destinations.0.open_search",
    search({ endpoint: "https://a:1", cluster_name: "c" }),
    search({ cluster_name: "c" }),
  ],
  [
    "incomplete-auth",
    "error",
    "services.0.log_destinations.0.open_search.basic_auth.password",
    search({ endpoint: "https://a:1", basic_auth: { user: "u" } }),
    search({ endpoint: "https://a:1", basic_auth: { user: "u", password: "p" } }),
  ],
  [
    "password-of-cluster",
    "error",
    "services.0.log_destinations.0.open_search.basic_auth.password",
    search({ cluster_name: "c", basic_auth: { password: "p" } }),
    search({ cluster_name: "c", basic_auth: { user: "u" } }),
  ],
  [
    "plain-endpoint",
    "error",
    "services.0.log_destinations.0.open_search.endpoint",
    search({ endpoint: "http://a:1", basic_auth: { user: "u", password: "p" } }),
    search({ endpoint: "https://a:1", basic_auth: { user: "u", password: "p" } }),
  ],
]);
