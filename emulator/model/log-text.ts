import { isoTime } from "../clock";
import type { DeploymentRecord } from "./deployment-record";
import { planEnd, type Failure } from "./deployment-timeline";
import { components, type Component } from "./spec";

export type LogType = "BUILD" | "DEPLOY" | "RUN" | "RUN_RESTARTED";

export interface LogLine {
  /** Milliseconds since the epoch. */
  at: number;
  text: string;
}

/**
 * When a log of a component is written, unless the deployment is canceled. @returns undefined if it does not reach
 * that stage
 */
export function logWindow(
  record: DeploymentRecord,
  name: string,
  type: LogType,
): { start: number; end: number } | undefined {
  const leaves = record.plan.leaves.filter(
    (leaf) =>
      leaf.component === name &&
      leaf.never !== true &&
      leaf.prebuilt !== true &&
      leaf.stage === (type === "BUILD" ? "build" : "deploy"),
  );
  const relevant =
    type === "RUN" || type === "RUN_RESTARTED" ? leaves.filter((leaf) => leaf.step === "wait") : leaves;
  const [first, last] = [relevant[0], relevant[relevant.length - 1]];
  if (first === undefined || last === undefined) return undefined;
  if (
    (type === "RUN" || type === "RUN_RESTARTED") &&
    (first.kind === "static_sites" || first.kind === "functions")
  ) {
    return undefined;
  }
  const start = moment(record, first.start);
  const stopped = record.canceledAt !== undefined && start >= record.canceledAt;
  if (stopped || first.start >= planEnd(record.plan)) return undefined;
  return { start, end: moment(record, last.end) };
}

const moment = (record: DeploymentRecord, part: number): number =>
  record.startedAt + part * record.durationMs;

/** Every line of a log, including those still to come. @param now for running containers, which keep writing */
export function logLines(record: DeploymentRecord, name: string, type: LogType, now: number): LogLine[] {
  const window = logWindow(record, name, type);
  const component = components(record.spec).find((entry) => entry.component.name === name)?.component;
  if (window === undefined || component === undefined) return [];
  const failure = record.plan.failure?.component === name ? record.plan.failure : undefined;
  const texts =
    type === "BUILD"
      ? buildTexts(component, record.sources[name] ?? "", failure?.step === "build" ? failure : undefined)
      : type === "DEPLOY"
        ? deployTexts(component, failure?.step === "build" ? undefined : failure)
        : runTexts(component, failure?.step === "build" ? undefined : failure);
  const span = window.end - window.start;
  const lines = texts.map((text, index) => ({
    at: window.start + (span * index) / Math.max(1, texts.length - 1),
    text,
  }));
  if (type === "RUN" && failure === undefined && component.kind === undefined) {
    lines.push(...heartbeat(component, window.end, Math.min(now, record.canceledAt ?? Infinity)));
  }
  return lines.filter((line) => record.canceledAt === undefined || line.at <= record.canceledAt);
}

/** Every line of one job run, including those still to come. @param canceledAt nothing is written after it */
export function runLines(
  job: Component,
  startedAt: number,
  endsAt: number,
  fails: boolean,
  canceledAt?: number,
): LogLine[] {
  const last = fails ? `process exited with code ${exitCode(job.run_command)}` : "done";
  const texts = [`starting: ${job.run_command ?? "default command"}`, "working", last];
  return texts
    .map((text, index) => ({ at: startedAt + ((endsAt - startedAt) * index) / (texts.length - 1), text }))
    .filter(({ at }) => canceledAt === undefined || at <= canceledAt);
}

export const formatLine = (name: string, line: LogLine): string => `${name} ${isoTime(line.at)} ${line.text}`;

const HEARTBEAT_MS = 5000;
const HEARTBEATS = 100;

function heartbeat(component: Component, since: number, until: number): LogLine[] {
  const count = Math.min(HEARTBEATS, Math.max(0, Math.floor((until - since) / HEARTBEAT_MS)));
  const text = component.http_port === undefined ? "waiting for work" : 'GET / HTTP/1.1" 200 612';
  return Array.from({ length: count }, (_, index) => ({ at: since + (index + 1) * HEARTBEAT_MS, text }));
}

function repository(component: Component): { address: string; branch: string } {
  const { git, github, gitlab, bitbucket } = component;
  const hosted = github ?? gitlab ?? bitbucket ?? {};
  const host = github !== undefined ? "github.com" : gitlab !== undefined ? "gitlab.com" : "bitbucket.org";
  const address = git === undefined ? `https://${host}/${String(hosted.repo)}` : String(git.repo_clone_url);
  return { address, branch: String((git ?? hosted).branch ?? "main") };
}

function buildTexts(component: Component, commit: string, failure: Failure | undefined): string[] {
  const { address, branch } = repository(component);
  const command = component.build_command;
  const docker = component.dockerfile_path !== undefined;
  const lines = [
    `git repo clone: fetching app source code from ${address}`,
    `selecting branch "${branch}"`,
    `checking out commit "${commit}"`,
    "got all source code",
    docker
      ? `configuring build-time app environment variables for ${String(component.dockerfile_path)}`
      : "app detect: looking for a buildpack",
    docker
      ? "building with a Dockerfile"
      : `using ${String(component.environment_slug ?? "heroku/nodejs")} on ubuntu-22`,
    "restoring build cache: no cached layers found",
    "installing dependencies",
    "dependencies installed",
    ...(command === undefined ? ["running default build"] : [`running custom build command: ${command}`]),
  ];
  if (failure !== undefined) {
    const output = failure.log ?? [`sh: line 1: ${command ?? "npm run build"}: command failed`];
    return [
      ...lines,
      ...output,
      `build command exited with code ${exitCode(command)}`,
      failure.reason.message,
    ];
  }
  return [
    ...lines,
    "build finished",
    "uploading the app image to the registry",
    "uploaded the app image",
    "build complete",
  ];
}

const exitCode = (command: string | undefined): string => /\bexit ([1-9]\d*)/.exec(command ?? "")?.[1] ?? "1";

function deployTexts(component: Component, failure: Failure | undefined): string[] {
  const lines = ["preparing the deployment", `starting ${component.instance_count ?? 1} instance(s)`];
  if (failure === undefined) return [...lines, "instances are ready", "routing traffic", "deploy complete"];
  if (failure.log !== undefined) return [...lines, ...failure.log, failure.reason.message];
  const { code } = failure.reason;
  if (code === "DeployContainerHealthChecksFailed") {
    const path = component.health_check?.http_path ?? "/";
    const port = component.http_port ?? 8080;
    return [
      ...lines,
      ...Array<string>(3).fill(`readiness probe failed: GET :${port}${path} answered 503`),
      failure.reason.message,
    ];
  }
  return [...lines, `container exited with code ${exitCode(component.run_command)}`, failure.reason.message];
}

function runTexts(component: Component, failure: Failure | undefined): string[] {
  const port = component.http_port;
  const start = [`starting: ${component.run_command ?? "default command"}`];
  if (component.kind !== undefined && failure === undefined) return [...start, "working", "done"];
  if (failure === undefined || failure.reason.code === "DeployContainerHealthChecksFailed") {
    const up = [...start, port === undefined ? "ready" : `listening on port ${port}`];
    return failure === undefined
      ? up
      : [...up, ...(failure.log ?? [`GET ${component.health_check?.http_path ?? "/"} 503`])];
  }
  return [...start, ...(failure.log ?? [`process exited with code ${exitCode(component.run_command)}`])];
}
