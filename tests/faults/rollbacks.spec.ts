import { faultMatrix } from "./matrix";
import { ROLLBACKS } from "./scenarios";

faultMatrix("Rollback", ROLLBACKS);
