import { LOOKUPS } from "../scenarios/lookups";
import { faultMatrix } from "../matrix";

faultMatrix("look-ups", LOOKUPS, { program: true });
