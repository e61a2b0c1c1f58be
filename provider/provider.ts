import { DynamicProvider } from "./dynamic/adapter";
import { inHost } from "./dynamic/host";
import { markingSecrets } from "./dynamic/secret-values";
import type { HostedProvider } from "./dynamic/hosted";
import { DeploymentProvider } from "./resources/deployment/provider";
import { RollbackProvider } from "./resources/rollback/provider";
import type { ProviderDeps } from "./resources/base-provider";
import { AppProvider } from "./resources/app/provider";

export type { ProviderDeps };

/**
 * The dynamic provider behind `App`. The code stored in the state calls this function (see resources/state-texts.ts), so every
 * version of this package must export it.
 */
export function app(): HostedProvider {
  return inHost((deps) => markingSecrets(new DynamicProvider(new AppProvider(deps))));
}

/** The same for `Deployment`, see dynamic/deployment.ts. */
export function deployment(): HostedProvider {
  return inHost((deps) => new DynamicProvider(new DeploymentProvider(deps)));
}

/** The same for `Rollback`, see dynamic/rollback.ts. */
export function rollback(): HostedProvider {
  return inHost((deps) => new DynamicProvider(new RollbackProvider(deps)));
}
