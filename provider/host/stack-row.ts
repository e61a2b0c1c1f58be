import type { Clock } from "../clock";
import type { Engine } from "./engine";

/** Splits `building 3/9: web` into its counter and the text around it. */
const COUNTED = /^(.*?) (\d+)\/(\d+)(.*)$/;

/** Moves the counter, which changes most, to the front for narrow rows: `3/9 building: web`. Pure. */
export const counterFirst = (status: string): string => status.replace(COUNTED, "$2/$3 $1$4");

/** Combines the statuses of several resources into one line: `4/17: shop 3/9 building, blog 1/8 deploying`. Pure. */
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

/** How long the terminal's width is cached. */
const WIDTH_FOR_MS = 2_000;

/** The stack's own row, shared by all resources of a run. */
export class StackRow {
  private readonly statuses = new Map<string, string>();
  private width: { readonly columns: number | undefined; readonly at: number } | undefined;

  isNarrow(most: number, columns: () => number | undefined, clock: Clock): boolean {
    const now = clock.now();
    if (this.width === undefined || now - this.width.at >= WIDTH_FOR_MS)
      this.width = { columns: columns(), at: now };
    return (this.width.columns ?? most) < most;
  }

  /** @returns the new text of the row */
  show(name: string, status: string): string {
    this.statuses.set(name, status);
    return describeAll(this.statuses);
  }

  /** Removes the resource's status. */
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
