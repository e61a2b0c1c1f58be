import type { ListOrder } from "../appspec/lists-by-name";
import type { SecretPlaces } from "../secrets/program-secrets";
import type { OptionPath } from "./options/translate";

/** What a front end knows about the resource of an operation in addition to its properties. */
export interface ResourceMeta {
  /** Absent while the resource of the operation is unknown. */
  readonly urn?: string | undefined;
  /** Where to report while the URN is unknown. */
  readonly row?: string | undefined;
  /** The paths of `ignoreChanges`, after transforms. Absent if the front end cannot see them. */
  readonly ignored?: readonly string[] | undefined;
  /** Absent in a plain refresh or destroy: no program runs. */
  readonly program?: ProgramFacts | undefined;
}

/** What the program of this run specifies about a resource in addition to its inputs. */
export interface ProgramFacts {
  readonly preview?: boolean | undefined;
  /** The file of the spec, for line and column in errors. */
  readonly file?: string | undefined;
  /** The order of the spec's lists, which is lost in its form by name. */
  readonly order?: ListOrder | undefined;
  /** The spec of the program, by name, if `ignoreChanges` makes it differ from the inputs. */
  readonly spec?: unknown;
  /** Where the program passes Pulumi secrets. */
  readonly secrets?: SecretPlaces | undefined;
  /** Variables that the program sets several times; the form by name keeps only the last value. */
  readonly repeated?: unknown;
  /** How many Apps the program has declared so far. */
  readonly apps?: number | undefined;
  /** The resource option of this name. */
  readonly deleteBeforeReplace?: boolean | undefined;
  /**
   * Set if the front end does not know the option above: it requests this order for replacements that follow from a diff, but a
   * replacement that the user requests (`--replace`) has the program's order.
   */
  readonly hidesOptions?: true;
  /** The paths in the resource's options. */
  readonly options?: readonly OptionPath[] | undefined;
}
