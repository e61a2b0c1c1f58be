// If Pulumi's download cannot be reached but Go modules can: builds the same version of the CLI.

import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DYNAMIC_PROVIDER, LANGUAGE_HOST, PULUMI } from "./find";
import { goCommand } from "./go";
import type { Job } from "./make";

const CLI_MODULE = join(__dirname, "cli");
const LANGUAGE_HOST_MODULE = join(__dirname, "nodejs-and-python");
const SDK = "github.com/pulumi/pulumi/sdk/v3";

/** Builds the CLI and its companions and returns their folder, below `staging`. */
export async function build({ version, staging, env, log, signal }: Job): Promise<string> {
  const go = await goCommand(env, log, signal);

  log(`building the Pulumi CLI ${version} from Go modules: once, 5 to 10 minutes on two cores`);
  const bin = join(staging, "bin");
  mkdirSync(bin);
  await go.build({
    module: CLI_MODULE,
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    output: join(bin, PULUMI),
    ldflags: `-s -w -X ${SDK}/go/common/version.Version=${version}`,
  });
  await go.build({
    module: LANGUAGE_HOST_MODULE,
    package: `${SDK}/nodejs/cmd/pulumi-language-nodejs`,
    output: join(bin, LANGUAGE_HOST),
    ldflags: "-s -w",
  });

  // The third program is a small script, which the SDK's module contains in the same form as Pulumi's releases.
  const sdk = await go.ask(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK], CLI_MODULE);
  copyFileSync(join(sdk, "nodejs", "dist", DYNAMIC_PROVIDER), join(bin, DYNAMIC_PROVIDER));
  chmodSync(join(bin, DYNAMIC_PROVIDER), 0o755);
  return bin;
}
