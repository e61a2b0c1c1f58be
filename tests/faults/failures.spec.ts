import { FAILED_DEPLOYMENTS } from "./failure-scenarios";
import { faultMatrix } from "./matrix";

faultMatrix("App, failed deployments", FAILED_DEPLOYMENTS);
