import { FAILED_DEPLOYMENTS } from "../scenarios/failures";
import { faultMatrix } from "../matrix";

faultMatrix("App, failed deployments", FAILED_DEPLOYMENTS);
