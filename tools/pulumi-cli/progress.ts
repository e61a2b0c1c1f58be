// Progress messages and cancellation for work that takes minutes.

export type Log = (line: string) => void;

const INTERVAL_MS = 15_000;

/** Runs `work` and reports every 15 seconds that it is still running, with `text`. */
export async function withProgress<T>(
  log: Log,
  text: (elapsed: string) => string,
  work: () => Promise<T>,
): Promise<T> {
  const start = Date.now();
  const timer = setInterval(() => log(text(duration(Date.now() - start))), INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** `45 s`, `3 min 20 s` */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs `work` with a signal that is aborted by Ctrl-C or a termination, so that it can stop its programs and clean up.
 * The process exits only after that.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const stop = (name: NodeJS.Signals) => {
    received = name;
    controller.abort();
  };
  const names: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  names.forEach((name) => process.on(name, stop));
  try {
    return await work(controller.signal);
  } finally {
    names.forEach((name) => process.off(name, stop));
    // Other listeners have already been notified; without any, Node exits by default.
    if (received && process.listenerCount(received) === 0) process.kill(process.pid, received);
  }
}
