import type { Client } from "../api/client";
import type { LogSource } from "./failure-tail";
import type { DeploymentSource } from "./wait";
import { SharedReads } from "../service/shared-reads";

/** The client, for waits that share their requests with those of other resources. */
export function sharedDeployments(client: Client, reads: SharedReads): DeploymentSource & LogSource {
  return {
    getDeployment: (appId, id, options) => reads.deployment(client, appId, id, options),
    untilNews: () => reads.untilNews(),
    listDeploymentPage: (appId, page, options) => client.listDeploymentPage(appId, page, options),
    getLogUrls: (appId, query, options) => client.getLogUrls(appId, query, options),
    openLog: (url, options) => client.openLog(url, options),
  };
}
