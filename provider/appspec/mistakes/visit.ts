import type { ListPath, Report } from "../problem";
import type { MapShape } from "../schema-shape";

/** A map that contains the current place. */
export interface Around {
  readonly shape: MapShape;
  readonly value: Readonly<Record<string, unknown>>;
  /** Number of path steps that lead to it. */
  readonly depth: number;
}

/** The current place of the walk, and the report. */
export interface Visit {
  /** The current path; changes during the walk. */
  readonly path: (string | number)[];
  /** The maps around the place, the innermost last. */
  readonly around: Around[];
  /** Paths whose value is misplaced, so they are not reported as missing. */
  readonly supplied: ListPath[];
  readonly report: Report;
  readonly allowUnknown: boolean;
}
