import type { ListPath, Report } from "../problem";
import type { MapShape } from "../schema-shape";

/** A map that the walk is inside of. */
export interface Around {
  readonly shape: MapShape;
  readonly value: Readonly<Record<string, unknown>>;
  /** How many steps of the visit's path lead there. */
  readonly depth: number;
}

/** Where the walk is, and whom it reports to. */
export interface Visit {
  /** The place; changes as the walk goes on. */
  readonly path: (string | number)[];
  /** The maps around the place, the innermost last. */
  readonly around: Around[];
  /** Places whose value stands elsewhere by mistake: it is not missing. */
  readonly supplied: ListPath[];
  readonly report: Report;
  readonly allowUnknown: boolean;
}
