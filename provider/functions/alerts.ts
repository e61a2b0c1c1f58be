import type { Alert } from "../api/types";
import { explained, liftedSecret } from "./run";

/**
 * Alerts of an app and of its components, one for each rule, with those they tell. The addresses of Slack webhooks in them
 * are credentials: never print or store them. Who is told is set by the argument `alertDestinations` of an App.
 * @throws AppPlatformError `not-found`; ApiError
 */
export async function getAlerts(appId: string): Promise<Alert[]> {
  return explained("getAlerts", { appId }, (client) => client.listAlerts(appId));
}
/** {@link getAlerts} with inputs, as a secret. */
export const getAlertsOutput = liftedSecret(getAlerts);
