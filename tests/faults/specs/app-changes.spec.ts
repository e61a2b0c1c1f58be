import { faultMatrix } from "../matrix";
import { APP_CHANGES } from "../scenarios/app";

faultMatrix("App, changes", APP_CHANGES);
