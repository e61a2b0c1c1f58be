import { ADOPTION } from "./adoption-scenarios";
import { faultMatrix } from "./matrix";

faultMatrix("App, taken over and moved", ADOPTION);
