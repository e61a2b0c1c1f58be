import { descendants, type RunningProcess } from "../helpers/processes/processes";

/** How a run of the CLI is stopped from outside: each signal to each process and to the whole group. */
export interface Signal {
  readonly name: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGKILL";
  /** `all`: one after the other, including those in groups of their own. */
  readonly to: "the group" | "all" | "the CLI" | "the provider" | "the program";
}

export const SIGNALS: readonly Signal[] = [
  { name: "SIGINT", to: "the group" },
  { name: "SIGINT", to: "the CLI" },
  { name: "SIGINT", to: "the provider" },
  { name: "SIGTERM", to: "the group" },
  { name: "SIGTERM", to: "all" },
  { name: "SIGTERM", to: "the CLI" },
  { name: "SIGTERM", to: "the provider" },
  { name: "SIGHUP", to: "all" },
  { name: "SIGKILL", to: "all" },
  { name: "SIGKILL", to: "the group" },
  { name: "SIGKILL", to: "the CLI" },
  { name: "SIGKILL", to: "the CLI" },
  { name: "SIGKILL", to: "the provider" },
  { name: "SIGKILL", to: "the provider" },
  { name: "SIGKILL", to: "the program" },
];

export const describeSignal = ({ name, to }: Signal): string => `${name} to ${to}`;

/** Whether the CLI gets no chance to finish. */
export const killsCli = ({ name, to }: Signal): boolean =>
  name === "SIGKILL" && to !== "the provider" && to !== "the program";

const isProvider = ({ command }: RunningProcess): boolean => /^\S*node\b.*dynamic-provider/.test(command);
const isProgram = ({ command }: RunningProcess): boolean => /^\S*node\b.*cmd\/run\b/.test(command);

/** @param group the process group of the CLI, which is its process as well */
export function send({ name, to }: Signal, group: number): void {
  const below = descendants(group);
  const pids = {
    "the group": [-group],
    all: [...below.map(({ pid }) => pid), group],
    "the CLI": [group],
    "the provider": below.filter(isProvider).map(({ pid }) => pid),
    "the program": below.filter(isProgram).map(({ pid }) => pid),
  }[to];
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has already exited.
    }
  }
}
