import { MISLEADING } from "../expectations";
import { faultMatrix } from "../matrix";
import { ADOPTION } from "../scenarios/adoption";
import { APP_CHANGES, APP_REST, DEPLOYMENTS } from "../scenarios/app";
import { ROLLBACKS } from "../scenarios/rollbacks";

faultMatrix("App, misleading responses", [...APP_CHANGES, ...APP_REST], undefined, MISLEADING);
faultMatrix("App, taken over and moved, misleading responses", ADOPTION, undefined, MISLEADING);
faultMatrix(
  "Deployment and Rollback, misleading responses",
  [...DEPLOYMENTS, ...ROLLBACKS],
  undefined,
  MISLEADING,
);
