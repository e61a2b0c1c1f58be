import type { Clock } from "../clock";
import type { Engine } from "./engine";

/** `building 3/9: web` as its counter, and the rest around it. */
const COUNTED = /^(.*?) (\d+)\/(\d+)(.*)$/;

/** A status that begins with what changes most, where little more than that is seen: `3/9 building: web`. Pure. */
export const counterFirst = (status: string): string => status.replace(COUNTED, "$2/$3 $1$4");

/** What several resources do, in one line: `4/17: shop 3/9 building, blog 1/8 deploying`. Pure. */
export function describeAll(statuses: ReadonlyMap<string, string>): string {
  const entries = [...statuses].map(([name, status]) => ({ name, status, counted: COUNTED.exec(status) }));
  const [only] = entries;
  if (entries.length === 1 && only) return counterFirst(only.status);
  const sum = (part: 2 | 3): number =>
    entries.reduce((all, { counted }) => all + Number(counted?.[part] ?? 0), 0);
  const each = entries.map(({ name, status, counted }) =>
    counted ? `${name} ${counted[2]}/${counted[3]} ${counted[1]}` : `${name} ${status}`,
  );
  return `${sum(3) > 0 ? `${sum(2)}/${sum(3)}: ` : ""}${each.join(", ")}`;
}

/** The terminal is asked for its width so often at most. */
const WIDTH_FOR_MS = 2_000;

/** The stack's own row, which all resources of a run share. */
export class StackRow {
  private readonly statuses = new Map<string, string>();
  private width: { readonly columns: number | undefined; readonly at: number } | undefined;

  isNarrow(most: number, columns: () => number | undefined, clock: Clock): boolean {
    const now = clock.now();
    if (this.width === undefined || now - this.width.at >= WIDTH_FOR_MS)
      this.width = { columns: columns(), at: now };
    return (this.width.columns ?? most) < most;
  }

  /** @returns what the row is to show now */
  show(name: string, status: string): string {
    this.statuses.set(name, status);
    return describeAll(this.statuses);
  }

  /** The resource shows nothing any more. */
  leave(name: string): void {
    this.statuses.delete(name);
  }
}

const rows = new WeakMap<Engine, StackRow>();

export function stackRowOf(engine: Engine): StackRow {
  let row = rows.get(engine);
  if (row === undefined) rows.set(engine, (row = new StackRow()));
  return row;
}
