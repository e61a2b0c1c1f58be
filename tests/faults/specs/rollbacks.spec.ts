import { faultMatrix } from "../matrix";
import { ROLLBACKS } from "../scenarios/rollbacks";

faultMatrix("Rollback", ROLLBACKS);
