import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { APP_PROVIDER } from "../provider/resources/state-texts";
import { TOP } from "../tools/pulumi-project";
import { median } from "./figures";

const EMPTY_PROVIDER = "exports.handler=()=>({check:async(o,n)=>({inputs:n})})";
const RUNS = 7;

/**
 * How long the host takes to respond to its first check with our provider, as a multiple of the time with an empty
 * one.
 */
export async function startRatio(): Promise<number> {
  const ratios: number[] = [];
  await firstAnswer(EMPTY_PROVIDER);
  await firstAnswer(APP_PROVIDER);
  for (let run = 0; run < RUNS; run++) {
    const empty = await firstAnswer(EMPTY_PROVIDER);
    ratios.push((await firstAnswer(APP_PROVIDER)) / empty);
  }
  return median(ratios);
}

const SPEC = {
  name: "bench",
  services: {
    web: { image: { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1" } },
  },
};

interface ProviderClient {
  check(request: unknown, callback: (error: Error | null) => void): void;
  close(): void;
}

/** Milliseconds from the start of the host's process to the response to its first check. */
async function firstAnswer(provider: string): Promise<number> {
  const require = createRequire(__filename);
  const started = performance.now();
  const host = spawn(
    process.execPath,
    [require.resolve("@pulumi/pulumi/cmd/dynamic-provider"), "127.0.0.1:1"],
    {
      cwd: join(TOP, "examples", "quickstart"),
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  try {
    const port = await new Promise<string>((resolve, reject) => {
      host.once("error", reject);
      host.once("exit", () => reject(new Error("the host of dynamic providers ended before it was asked")));
      host.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
    });
    await check(require, port, provider);
    return performance.now() - started;
  } finally {
    host.kill("SIGKILL");
  }
}

function check(require: NodeJS.Require, port: string, provider: string): Promise<void> {
  const grpc = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
  const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");
  const { CheckRequest } = require("@pulumi/pulumi/proto/provider_pb");
  const { Struct } = createRequire(require.resolve("@pulumi/pulumi"))(
    "google-protobuf/google/protobuf/struct_pb",
  );
  const client = new ResourceProviderClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
  ) as ProviderClient;
  const request = new CheckRequest();
  request.setOlds(Struct.fromJavaScript({}));
  request.setNews(Struct.fromJavaScript({ __provider: provider, spec: SPEC }));
  return new Promise((resolve, reject) => {
    client.check(request, (error) => {
      client.close();
      if (error) reject(error);
      else resolve();
    });
  });
}
