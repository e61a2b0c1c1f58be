import { LOOKUPS } from "./lookup-scenarios";
import { faultMatrix } from "./matrix";

faultMatrix("look-ups", LOOKUPS, { program: true });
