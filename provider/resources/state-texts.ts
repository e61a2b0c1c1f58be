/** The type in URNs. The prefix makes Pulumi use the host of dynamic providers. */
export const APP_TYPE = "pulumi-nodejs:dynamic/app-platform:App";

/**
 * The code that the state stores and the host runs for every operation. The text must never change, and every later version
 * must export what it calls; otherwise upgrades break.
 */
export const APP_PROVIDER = 'exports.handler=()=>require("pulumi-app-platform/provider").app()';

/** The same for `Deployment` and `Rollback`. */
export const DEPLOYMENT_PROVIDER = 'exports.handler=()=>require("pulumi-app-platform/provider").deployment()';
export const ROLLBACK_PROVIDER = 'exports.handler=()=>require("pulumi-app-platform/provider").rollback()';

export const DEPLOYMENT_TYPE = "pulumi-nodejs:dynamic/app-platform:Deployment";
export const ROLLBACK_TYPE = "pulumi-nodejs:dynamic/app-platform:Rollback";
