import { faultMatrix } from "./matrix";
import { APP_CHANGES } from "./scenarios";

faultMatrix("App, changes", APP_CHANGES);
