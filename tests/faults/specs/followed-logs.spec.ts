import { FOLLOWED_LOGS, LOGS_SO_FAR } from "../scenarios/logs";
import { faultMatrix } from "../matrix";

/** So long that a build takes half a minute. */
const SECONDS = 60;
/** So long that a build still goes on when a fault of a minute or two is over. */
const LONG_SECONDS = 600;

for (const liveLogs of ["websocket", "http"] as const) {
  const surroundings = { program: true, liveLogs };
  faultMatrix(`followed logs over ${liveLogs}`, FOLLOWED_LOGS, { ...surroundings, deploySeconds: SECONDS });
  faultMatrix(`logs so far over ${liveLogs}`, LOGS_SO_FAR, { ...surroundings, deploySeconds: LONG_SECONDS });
}
