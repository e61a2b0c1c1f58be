import { systemClock } from "../provider/clock";
import { engineAddress } from "../provider/host/grpc-engine";
import { terminalColumns } from "../provider/host/terminal";
import { FileClaims } from "../provider/resources/run-claims";
import { ExportedState } from "../provider/resources/stack-state";
import { connectEngine } from "./engine";
import { Plugin } from "./plugin";
import { createServer, listen } from "./server";

/** The process that Pulumi starts: prints its port, and serves until the engine ends it. */
async function main(): Promise<void> {
  const engine = connectEngine(process.argv, process);
  const address = engineAddress(process.argv);
  const plugin = new Plugin({
    state: new ExportedState(process.env),
    claims: address === undefined ? undefined : FileClaims.ofRun(address),
    env: process.env,
    clock: systemClock,
    engine,
    columns: terminalColumns,
  });
  process.stdout.write(`${await listen(createServer(plugin))}\n`);
}

void main();
