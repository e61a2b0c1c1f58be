import * as alerts from "../../functions/alerts";
import { forPrograms, liftedSecret } from "./program-client";

/**
 * Alerts of an app and of its components, one for each rule, with their recipients. Slack webhook URLs are credentials: never
 * print or store them. To set recipients, use the argument `alertDestinations` of an App.
 * @throws AppPlatformError `not-found`; ApiError
 */
export const getAlerts = forPrograms(alerts.getAlerts);
/** {@link getAlerts} with inputs, as a secret. */
export const getAlertsOutput = liftedSecret(getAlerts);
