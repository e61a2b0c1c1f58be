import { FOLLOWED_LOGS, LOGS_SO_FAR, withHttpAfterRefusal } from "../scenarios/logs";
import { faultMatrix } from "../matrix";

/** Long enough that a build takes half a minute. */
const SECONDS = 60;
/** Long enough that a build is still running after a fault of a minute or two. */
const LONG_SECONDS = 600;

for (const liveLogs of ["websocket", "http"] as const) {
  const surroundings = { program: true, liveLogs };
  const kept = liveLogs === "http" ? withHttpAfterRefusal : <T>(scenario: T): T => scenario;
  const followed = FOLLOWED_LOGS.map(kept);
  const soFar = LOGS_SO_FAR.map(kept);
  faultMatrix(`followed logs over ${liveLogs}`, followed, { ...surroundings, deploySeconds: SECONDS });
  faultMatrix(`logs so far over ${liveLogs}`, soFar, { ...surroundings, deploySeconds: LONG_SECONDS });
}
