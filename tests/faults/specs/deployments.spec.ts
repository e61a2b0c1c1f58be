import { faultMatrix } from "../matrix";
import { DEPLOYMENTS } from "../scenarios/app";

faultMatrix("Deployment", DEPLOYMENTS);
