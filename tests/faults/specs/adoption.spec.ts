import { ADOPTION } from "../scenarios/adoption";
import { faultMatrix } from "../matrix";

faultMatrix("App, taken over and moved", ADOPTION);
