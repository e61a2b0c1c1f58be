import { faultMatrix } from "./matrix";
import { APP_REST } from "./scenarios";

faultMatrix("App, the rest", APP_REST);
