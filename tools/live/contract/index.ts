import { ACCOUNT_CHECKS } from "./account";
import { APP_CHECKS, DELETION_CHECKS } from "./apps";
import { Bench, type Check, type ContractTarget } from "./bench";
import { DEPLOYMENT_CHECKS } from "./deployments";
import { LOG_CHECKS } from "./logs";

export { visited } from "./logs";
export { Bench, type Check, type ContractTarget } from "./bench";

/**
 * The contract between the provider's client and a service: what every endpoint that is safe and cheap returns. Creates one app,
 * and deletes it at the end. The checks build on each other, in this order.
 */
export const CONTRACT: readonly Check[] = [
  ...ACCOUNT_CHECKS,
  ...APP_CHECKS,
  ...LOG_CHECKS,
  ...DEPLOYMENT_CHECKS,
  ...DELETION_CHECKS,
];

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** What was observed, or why the check failed. */
  readonly observed: string;
}

/**
 * Runs every check, even if an earlier one failed. When the signal is aborted, no further check starts, and the caller has to delete
 * the app.
 */
export async function runContract(
  target: ContractTarget,
  onResult: (result: CheckResult) => void,
  checks = CONTRACT,
): Promise<void> {
  const bench = new Bench(target);
  for (const { name, run } of checks) {
    if (target.signal?.aborted) return;
    const started = Date.now();
    // Some checks throw before they wait.
    const [ok, observed] = await (async () => run(bench))().then(
      (value) => [true, value ?? ""] as const,
      (error: unknown) => [false, error instanceof Error ? error.message : String(error)] as const,
    );
    onResult({ name, ok, seconds: Math.round((Date.now() - started) / 1000), observed });
  }
}
