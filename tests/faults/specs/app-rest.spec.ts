import { faultMatrix } from "../matrix";
import { APP_REST } from "../scenarios/app";

faultMatrix("App, the rest", APP_REST);
