import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { resolve } from "node:path";
import { steppedClock, type Clock } from "app-platform-emulator";

/** Pass this to node as `--require`; the process then needs an IPC channel, QUICK_TIME_START and DIGITALOCEAN_API_URL. */
export const QUICK_TIME = resolve(__dirname, "quick-time.cjs");

interface Asked {
  /** When the process's next timer is due. */
  readonly until: number;
  /** Requests of the process without a response so far. */
  readonly inFlight: number;
  /** The emulator's port. */
  readonly service: number;
  /** Bytes of each of its connections to the emulator. */
  readonly traffic: readonly { readonly port: number; readonly read: number; readonly written: number }[];
}

/** Connections that this process has accepted, by local and remote port. */
const taken = new Map<string, Socket>();
subscribe("net.server.socket", (message) => {
  const { socket } = message as { socket: Socket };
  const key = `${socket.localPort} ${socket.remotePort}`;
  taken.set(key, socket);
  socket.once("close", () => taken.get(key) === socket && taken.delete(key));
});

/** Rounds of the event loop after which this process is idle. */
const QUIET_ROUNDS = 3;

async function quiet(): Promise<void> {
  for (let rounds = QUIET_ROUNDS; rounds > 0; rounds -= 1) await new Promise((done) => setImmediate(done));
}

/** Whether anything is in transit between the two: bytes, or the end of a connection. */
const onTheWay = ({ service, traffic }: Asked): boolean =>
  traffic.some(({ port, read, written }) => {
    const here = taken.get(`${service} ${port}`);
    return !here || here.writableEnded || here.bytesWritten !== read || here.bytesRead !== written;
  });

/**
 * The shared time of an emulator and the process that works on it. It passes only while that process does nothing but
 * wait, and then instantly. So retries and time-outs of minutes take milliseconds, and a busy machine changes nothing.
 */
export class QuickTime implements Clock {
  private readonly clock;
  private readonly dues = new Set<number>();

  constructor(start = Date.UTC(2026, 2, 4)) {
    this.clock = steppedClock(start);
  }

  now(): number {
    return this.clock.now();
  }

  setTimeout(callback: () => void, ms: number): () => void {
    const due = this.now() + ms;
    this.dues.add(due);
    const stop = this.clock.setTimeout(() => {
      this.dues.delete(due);
      callback();
    }, ms);
    return () => {
      this.dues.delete(due);
      stop();
    };
  }

  /** @param held number of requests that get no response before time passes */
  govern(child: ChildProcess, held: () => number): void {
    child.on("message", ({ quickTime: asked }: { quickTime?: Asked }) => {
      if (asked === undefined) return;
      // Data that the emulator has started to send may take some rounds to reach the connection.
      void quiet().then(() => {
        if (asked.inFlight <= held() && !onTheWay(asked)) this.passUntil(asked.until);
        if (child.connected) child.send({ quickTime: { now: this.now() } });
      });
    });
  }

  /** Advances time although nothing waits for it; resolves when the process knows about it. */
  async pass(ms: number, child: ChildProcess): Promise<void> {
    this.clock.advance(ms);
    const now = this.now();
    await new Promise<void>((resolve) => {
      const seen = ({ quickTimeSeen }: { quickTimeSeen?: number }): void => {
        if (quickTimeSeen !== now) return;
        child.off("message", seen);
        resolve();
      };
      child.on("message", seen);
      child.send({ quickTime: { now, told: true } });
    });
  }

  /** Stops at events in between. */
  private passUntil(time: number): void {
    const next = Math.min(time, ...this.dues);
    this.clock.advance(Math.max(0, next - this.now()));
  }
}
