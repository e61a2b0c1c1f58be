import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../clock";
import { createIds } from "../model/ids";
import type { StoreState } from "../model/state";
import { Store } from "../model/store";

/** Snapshots beyond this number are dropped; the first one stays. */
const KEPT = 1000;

/**
 * Copies of the store: a replica shows an earlier state, and a scratch copy receives a write that must not take
 * effect. Requests that are served by a copy get it in place of the store.
 */
export class Replicas {
  private readonly copy = new AsyncLocalStorage<Store>();
  private moments: { at: number; state: StoreState }[] = [];

  /** @param store the one that serves all other requests */
  constructor(private readonly store: () => Store) {}

  /** The copy that serves the current request, if any. */
  get serving(): Store | undefined {
    return this.copy.getStore();
  }

  /** From now on replicas can lag; they are up to date until now. */
  begin(): void {
    if (this.moments.length === 0) this.remember();
  }

  /** To be called after each change of the store. */
  changed(): void {
    if (this.moments.length > 0) this.remember();
  }

  forget(): void {
    this.moments = [];
  }

  /** No more requests. Otherwise Node.js would follow all promises of the process until it ends. */
  close(): void {
    this.copy.disable();
  }

  /** The store as it was this long ago. */
  lagging(lagMs: number): Store {
    const at = this.store().now - lagMs;
    const moment = this.moments.findLast((one) => one.at <= at) ?? this.moments[0];
    if (moment === undefined) return this.store();
    const behind = this.store().now - Math.max(at, moment.at);
    return this.copyOf(moment.state, behind);
  }

  /** Serves a request from a replica. */
  serveLagging<T>(lagMs: number, work: () => Promise<T>): Promise<T> {
    return this.copy.run(this.lagging(lagMs), work);
  }

  /** Serves a request from a scratch copy that is then discarded with its changes. */
  discard<T>(work: () => Promise<T>): Promise<T> {
    return this.copy.run(this.copyOf(this.store().state(), 0), work);
  }

  private copyOf(state: StoreState, behindMs: number): Store {
    const { clock, ...options } = this.store().options;
    const behind: Clock = { ...clock, now: () => clock.now() - behindMs };
    return new Store(
      { ...options, clock: behind, ids: createIds(), changed: () => {} },
      structuredClone(state),
    );
  }

  private remember(): void {
    const store = this.store();
    this.moments.push({ at: store.now, state: structuredClone(store.state()) });
    if (this.moments.length > KEPT) this.moments.splice(1, 1);
  }
}
