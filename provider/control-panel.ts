/** Addresses of pages in the control panel. */
const APPS = "https://cloud.digitalocean.com/apps";

export const appPage = (appId: string): string => `${APPS}/${encodeURIComponent(appId)}`;
