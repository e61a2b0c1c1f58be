import { ACTIONS, LONG_SECONDS } from "../scenarios/actions";
import { faultMatrix } from "../matrix";

faultMatrix("restarts and cancellations", ACTIONS, { program: true, deploySeconds: LONG_SECONDS });
