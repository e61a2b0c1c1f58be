import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import type { CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
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

const WEB = { image: { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1" } };
/** As programs pass it to the plugin. */
const SPEC = { name: "bench", services: [{ name: "web", ...WEB }] };
/** As the package passes it to the host of dynamic providers. */
const SPEC_BY_NAME = { name: "bench", services: { web: WEB } };

type Respond = (error: Error | null, response?: CheckResponse) => void;

interface ProviderClient {
  configure(request: unknown, callback: Respond): void;
  check(request: unknown, callback: Respond): void;
  close(): void;
}

/**
 * How long the plugin takes from its start to the response to its first check, as a multiple of the time that the host of dynamic
 * providers takes with our provider. Both have been started before.
 */
export async function pluginStartRatio(): Promise<number> {
  const ratios: number[] = [];
  await firstStart();
  for (let run = 0; run < RUNS; run++) {
    const dynamic = await firstAnswer(APP_PROVIDER);
    ratios.push((await firstPluginAnswer()) / dynamic);
  }
  return median(ratios);
}

const PLUGIN = join(TOP, "provider", "plugin");

const firstPluginAnswer = (): Promise<number> => answerOf(join(PLUGIN, "server.js"), { spec: SPEC });

/** The first process that lives longer than a few responses saves its compiled code. */
async function firstStart(): Promise<void> {
  const isSaved = (): boolean => readdirSync(PLUGIN).some((name) => name.endsWith(".cache"));
  await answerOf(join(PLUGIN, "server.js"), { spec: SPEC }, async () => {
    for (let wait = 0; wait < 100 && !isSaved(); wait++) await sleep(100);
  });
}

/** Milliseconds from the start of the host's process to the response to its first check. */
const firstAnswer = (provider: string): Promise<number> =>
  answerOf(createRequire(__filename).resolve("@pulumi/pulumi/cmd/dynamic-provider"), {
    __provider: provider,
    spec: SPEC_BY_NAME,
  });

async function answerOf(
  program: string,
  news: object,
  then: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const require = createRequire(__filename);
  const started = performance.now();
  const host = spawn(process.execPath, [program, "127.0.0.1:1"], {
    cwd: join(TOP, "examples", "quickstart"),
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      host.once("error", reject);
      host.once("exit", () => reject(new Error(`${program} ended before it was asked`)));
      host.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
    });
    await check(require, port, news);
    const took = performance.now() - started;
    await then();
    return took;
  } finally {
    host.kill("SIGKILL");
  }
}

function check(require: NodeJS.Require, port: string, news: object): Promise<void> {
  const grpc = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
  const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");
  const { CheckRequest, ConfigureRequest } = require("@pulumi/pulumi/proto/provider_pb");
  const { Struct } = createRequire(require.resolve("@pulumi/pulumi"))(
    "google-protobuf/google/protobuf/struct_pb",
  );
  const client = new ResourceProviderClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
  ) as ProviderClient;
  const request = new CheckRequest();
  request.setOlds(Struct.fromJavaScript({}));
  request.setUrn("urn:pulumi:dev::bench::app-platform:index:App::bench");
  request.setNews(Struct.fromJavaScript(news));
  return new Promise((resolve, reject) => {
    const done: Respond = (error, response) => {
      client.close();
      const [failure] = response?.getFailuresList() ?? [];
      if (error) reject(error);
      else if (failure) reject(new Error(`the spec was rejected: ${failure.getReason()}`));
      else resolve();
    };
    // The host of dynamic providers needs no configuration.
    if ("__provider" in news) client.check(request, done);
    else client.configure(new ConfigureRequest(), () => client.check(request, done));
  });
}
