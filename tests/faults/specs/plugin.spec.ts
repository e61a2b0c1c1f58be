import { FAULT_CLASSES, MISLEADING } from "../expectations";
import { PLUGIN } from "../front-ends";
import { cancellations, faultMatrix } from "../matrix";
import { APP_CHANGES, APP_REST, DEPLOYMENTS, type Scenario } from "../scenarios/app";
import { ROLLBACKS } from "../scenarios/rollbacks";

/** Both front ends run the same core, so a sample shows that the plugin passes everything on. */
const FAULTS = new Set([
  "connection reset after processing",
  "truncated response",
  "no response",
  "404",
  "422",
  "429 with retry-after",
  "500",
  "response from a replica that lags by 20 s",
  "success response to a write that was discarded",
]);
const faults = [...FAULT_CLASSES, ...MISLEADING].filter(({ name }) => FAULTS.has(name));

const named = (scenarios: readonly Scenario[], ...names: string[]): Scenario[] =>
  scenarios.filter(({ name }) => names.includes(name));
const scenarios = [
  ...named(APP_CHANGES, "create", "update of the spec"),
  ...named(APP_REST, "refresh", "deletion", "preview of a change"),
];

faultMatrix("plugin, App", scenarios, { front: PLUGIN }, faults);
faultMatrix(
  "plugin, Deployment and Rollback",
  [...named(DEPLOYMENTS, "create"), ...named(ROLLBACKS, "create")],
  { front: PLUGIN },
  faults.slice(0, 2),
);
cancellations(
  "plugin",
  [
    ...named(scenarios, "create", "update of the spec", "refresh", "deletion"),
    ...named(DEPLOYMENTS, "create"),
  ],
  { front: PLUGIN },
);
