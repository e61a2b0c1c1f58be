/** Time, injected so that tests can control it. */
export interface Clock {
  /** Milliseconds since 1970, based on a monotonic clock: never jumps or goes back. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The maximum delay of `setTimeout`, which fires at once for larger values. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  // Not Date.now(): if the system clock were set back during a run, waits and listings would stall for that time.
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const timer = setTimeout(done, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
      const unlisten = onAbort(signal, () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      });
      function done(): void {
        unlisten();
        resolve();
      }
    }),
};

interface Listener {
  readonly listen: () => void;
  /** Index in the list; -1 after removal. */
  at: number;
}

const lists = new WeakMap<AbortSignal, Listener[]>();

/**
 * Calls `listen` when the signal is aborted, unless it was removed before. For signals that outlive their listeners: Node
 * chains a signal's listeners, and each removed one retains all later ones until a full garbage collection, which adds up to
 * tens of megabytes in a run of many resources.
 * @returns a function that removes the listener
 */
export function onAbort(signal: AbortSignal | undefined, listen: () => void): () => void {
  if (!signal || signal.aborted) return () => {};
  const list = listOf(signal);
  const listener: Listener = { listen, at: list.length };
  list.push(listener);
  return () => {
    const { at } = listener;
    listener.at = -1;
    if (list[at] !== listener) return;
    const last = list.pop();
    if (last === undefined || last === listener) return;
    list[at] = last;
    last.at = at;
  };
}

function listOf(signal: AbortSignal): Listener[] {
  const known = lists.get(signal);
  if (known) return known;
  const list: Listener[] = [];
  lists.set(signal, list);
  const callAll = (): void => {
    for (const listener of list.splice(0)) {
      // An earlier listener may have removed it.
      if (listener.at < 0) continue;
      listener.at = -1;
      listener.listen();
    }
  };
  signal.addEventListener("abort", callAll, { once: true });
  return list;
}
