import type { Client } from "../api/client";
import type { Alert } from "../api/types";
import { explainedBy } from "./explain-not-found";

/** @throws AppPlatformError `not-found`; ApiError */
export const getAlerts = (client: Client, appId: string): Promise<Alert[]> =>
  explainedBy(client, "getAlerts", { appId }, () => client.listAlerts(appId));
