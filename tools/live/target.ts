/** Where a live run sends its requests. Pure. */

export interface LiveOptions {
  readonly real: boolean;
  readonly yes: boolean;
  readonly cleanUp: boolean;
  /** Only the contract, without the life of an app. */
  readonly contract: boolean;
  readonly otherwise: readonly string[];
  /** Folder of the report and of the record of created apps. */
  readonly out: string;
}

export type Target = { readonly kind: "emulator" } | { readonly kind: "service"; readonly token: string };

export const SERVICE_URL = "https://api.digitalocean.com";

export class LiveUsageError extends Error {}

export const LIVE_HELP = `Usage: npm run live -- [options]

Runs the life of an app through the Pulumi CLI, and compares every assumption
about the service with what was observed. Runs on the emulator unless --real is
given, whatever the environment contains.

Options:
  --real          use the account that DIGITALOCEAN_TOKEN opens; costs money
  --yes           do not ask before apps are created that cost money
  --clean-up      delete the apps that an interrupted run has recorded, and exit
  --contract      only check the client's contract, without the Pulumi CLI
  --otherwise ID  switch an assumption of the emulator to the opposite; can be
                  given more than once
  --out FOLDER    folder of report.md, report.json and created.json
                  (default live-report)
  --help
`;

export function parseLive(args: readonly string[]): LiveOptions | "help" {
  const found = {
    real: false,
    yes: false,
    cleanUp: false,
    contract: false,
    otherwise: [] as string[],
    out: "live-report",
  };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--help") return "help";
    if (arg === "--real") found.real = true;
    else if (arg === "--yes") found.yes = true;
    else if (arg === "--clean-up") found.cleanUp = true;
    else if (arg === "--contract") found.contract = true;
    else if (arg === "--otherwise" || arg === "--out") {
      const value = rest.shift();
      if (value === undefined || value === "") throw new LiveUsageError(`${arg} needs a value`);
      if (arg === "--out") found.out = value;
      else found.otherwise.push(value);
    } else throw new LiveUsageError(`unknown argument ${arg}`);
  }
  if (found.real && found.otherwise.length > 0)
    throw new LiveUsageError("--otherwise changes the emulator only: omit it, or --real");
  return found;
}

/** The service only with `--real`, and only with the token in the environment; never Pulumi's configuration. */
export function targetOf(
  { real }: Pick<LiveOptions, "real">,
  env: Readonly<Record<string, string | undefined>>,
): Target {
  if (!real) return { kind: "emulator" };
  const token = env["DIGITALOCEAN_TOKEN"]?.trim() ?? "";
  if (token === "") throw new LiveUsageError("--real needs DIGITALOCEAN_TOKEN in the environment");
  return { kind: "service", token };
}
