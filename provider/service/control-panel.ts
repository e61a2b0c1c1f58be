/** Addresses of pages in the control panel. */
const APPS = "https://cloud.digitalocean.com/apps";

export const appPage = (appId: string): string => `${APPS}/${encodeURIComponent(appId)}`;

/** The link that other public clients use, such as the DigitalOcean extension of raycast/extensions. */
export const deploymentPage = (appId: string, deploymentId: string): string =>
  `${appPage(appId)}/deployments/${encodeURIComponent(deploymentId)}`;
