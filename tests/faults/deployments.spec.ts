import { faultMatrix } from "./matrix";
import { DEPLOYMENTS } from "./scenarios";

faultMatrix("Deployment", DEPLOYMENTS);
