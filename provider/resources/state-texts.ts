/** The type in URNs. The prefix makes Pulumi use the host of dynamic providers. */
export const typeToken = (resource: string): string => `pulumi-nodejs:dynamic/app-platform:${resource}`;

/**
 * The code that the state stores and the host runs for every operation. The text must never change, and every later version
 * must export what it calls; otherwise upgrades break.
 */
export const providerText = (resource: string): string =>
  `exports.handler=()=>require("pulumi-app-platform/provider").${resource.charAt(0).toLowerCase()}${resource.slice(1)}()`;

export const APP_TYPE = typeToken("App");
export const APP_PROVIDER = providerText("App");
