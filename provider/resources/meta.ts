import type { ListOrder } from "../appspec/lists-by-name";
import type { SecretPlaces } from "../secrets/program-secrets";
import type { OptionPath } from "./options/translate";

/** What a front end knows about the resource of an operation, beside its properties. */
export interface ResourceMeta {
  /** Absent while it is not known which resource an operation is about. */
  readonly urn?: string | undefined;
  /** Where lines go as long as the URN is not known. */
  readonly row?: string | undefined;
  /** The paths of `ignoreChanges`, after transforms. Absent where the front end cannot see them. */
  readonly ignored?: readonly string[] | undefined;
  /** Absent in a plain refresh or destroy: no program runs. */
  readonly program?: ProgramFacts | undefined;
}

/** What the program of this run says about a resource, beside its inputs. */
export interface ProgramFacts {
  readonly preview?: boolean | undefined;
  /** The file of the spec, for line and column in errors. */
  readonly file?: string | undefined;
  /** The order of the spec's lists, which its form by name does not keep. */
  readonly order?: ListOrder | undefined;
  /** The spec of the program, by name, where `ignoreChanges` makes it differ from the inputs. */
  readonly spec?: unknown;
  /** Where the program passes Pulumi secrets. */
  readonly secrets?: SecretPlaces | undefined;
  /** Variables that the program gives several times; the form by name keeps only the last. */
  readonly repeated?: unknown;
  /** How many Apps the program has declared so far. */
  readonly apps?: number | undefined;
  /** The resource option of this name. */
  readonly deleteBeforeReplace?: boolean | undefined;
  /** The paths in the resource's options. */
  readonly options?: readonly OptionPath[] | undefined;
}
