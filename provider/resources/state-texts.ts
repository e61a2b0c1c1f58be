/** The type in URNs. The prefix makes Pulumi use the host of dynamic providers. */
export const APP_TYPE = "pulumi-nodejs:dynamic/app-platform:App";

/**
 * What the state keeps of this package's code, and runs for every operation. The text must never change, and what it
 * names must be there in every later version: it is what upgrades hang on.
 */
export const APP_PROVIDER = 'exports.handler=()=>require("pulumi-app-platform/provider").app()';
