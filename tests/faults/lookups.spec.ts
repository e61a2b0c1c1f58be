import { CANCELLATION, LOOKUPS } from "./lookup-scenarios";
import { faultMatrix } from "./matrix";

/** So long that it still goes on when a fault of a minute or two is over. */
const LONG_SECONDS = 600;

faultMatrix("look-ups", LOOKUPS, { program: true });
faultMatrix("cancellation", CANCELLATION, { program: true, deploySeconds: LONG_SECONDS });
