import { DestinationsByName } from "../resources/app/alerts/inputs-by-name";
import type { AlertDestination } from "../resources/app/alerts/destinations";
import { OUTPUTS, type DeepInput } from "./inputs";

const byName = new DestinationsByName(OUTPUTS);

/** The argument `alertDestinations` in the form that Pulumi sees, see {@link DestinationsByName}. */
export const alertInputs = (list: DeepInput<AlertDestination[]> | undefined): unknown => byName.list(list);
