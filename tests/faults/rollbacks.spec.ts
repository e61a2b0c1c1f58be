import { faultMatrix } from "./matrix";
import { ROLLBACKS } from "./rollback-scenarios";

faultMatrix("Rollback", ROLLBACKS);
