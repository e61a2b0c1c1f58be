import { FOLLOWED_LOGS, LOGS_SO_FAR } from "../scenarios/logs";
import { faultMatrix } from "../matrix";

/** Long enough that a build takes half a minute. */
const SECONDS = 60;
/** Long enough that a build is still running after a fault of a minute or two. */
const LONG_SECONDS = 600;

for (const liveLogs of ["websocket", "http"] as const) {
  const surroundings = { program: true, liveLogs };
  faultMatrix(`followed logs over ${liveLogs}`, FOLLOWED_LOGS, { ...surroundings, deploySeconds: SECONDS });
  faultMatrix(`logs so far over ${liveLogs}`, LOGS_SO_FAR, { ...surroundings, deploySeconds: LONG_SECONDS });
}
