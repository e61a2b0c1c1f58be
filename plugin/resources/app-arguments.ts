import { fileOf, readSpec } from "../../provider/load-spec";
import { AppPlatformError, asAppPlatformError } from "../../provider/errors";
import { defaultName } from "../../provider/appspec/app-name";
import { isEqual, valueAt, type Path } from "../../provider/appspec/diff";
import { InputsByName } from "../../provider/appspec/inputs-by-name";
import { isPlainObject, mapsToLists, SPEC_LISTS, type ListOrder } from "../../provider/appspec/lists-by-name";
import { isUnknown, UNKNOWN } from "../../provider/appspec/unknown";
import { DestinationsByName } from "../../provider/resources/app/alerts/inputs-by-name";
import { WIRE_VALUES } from "../values/deferring";
import { Hidden, markWhole, plainOf, separate, type Properties } from "../values/wire";
import { ANY_LANGUAGE } from "../../provider/text/program-texts";

/** The arguments of an App in a program. */
export interface AppArguments {
  /** In the core's form by name, with secrets marked. */
  readonly inputs: Properties;
  /** As the program passes them, without marks. */
  readonly lists: Properties;
  readonly order: ListOrder | undefined;
  readonly repeated: unknown;
  /** The file of the spec. */
  readonly file: string | undefined;
}

const specs = new InputsByName(WIRE_VALUES);
const destinations = new DestinationsByName(WIRE_VALUES);

/**
 * Reads `specFile`, and converts the spec to its form by name.
 * @param olds the inputs in the state
 * @throws AppPlatformError if the file cannot be used
 */
export function appArguments(resourceName: string, olds: Properties, news: Properties): AppArguments {
  const { specFile, secrets, ...args } = news;
  if (specFile === undefined && args["spec"] === undefined)
    throw new AppPlatformError("invalid-input", "specFile: an App needs spec or specFile.");
  const given = specFile === undefined ? args["spec"] : specInFile(args["spec"], specFile, secrets);
  const spec = fromEngine(given, olds["spec"]);
  const { alertDestinations } = args;
  const inputs = {
    ...args,
    spec: specs.spec(spec, defaultName(resourceName)),
    ...(alertDestinations !== undefined && { alertDestinations: destinations.list(alertDestinations) }),
  };
  return {
    inputs,
    lists: plainOf<Properties>({ ...args, spec }),
    order: specs.order(plainOf(spec)) as ListOrder | undefined,
    repeated: plainOf(specs.repeated(spec)),
    // Messages name the file.
    file: specFile instanceof Hidden ? undefined : fileOf(spec),
  };
}

function specInFile(spec: unknown, specFile: unknown, secrets: unknown): unknown {
  if (spec !== undefined)
    throw new AppPlatformError("invalid-input", "specFile: set either spec or specFile, not both.");
  const path = plainOf(specFile);
  if (isUnknown(path) || isUnknown(plainOf(secrets))) return UNKNOWN;
  if (typeof path !== "string" || path.trim() === "")
    throw new AppPlatformError("invalid-input", "specFile: must be the path of a file, as text.");
  const values = plainOf(secrets);
  if (values !== undefined && !isPlainObject(values))
    throw new AppPlatformError("invalid-input", "secrets: must be a map of values by address.");
  try {
    return readSpec(path, values && hiddenIn(values), ANY_LANGUAGE);
  } catch (error) {
    if (!(specFile instanceof Hidden)) throw error;
    const { errorCode, message } = asAppPlatformError(error);
    throw new AppPlatformError(errorCode, message.replaceAll(path, "***"));
  }
}

const hiddenIn = (values: Properties): Properties =>
  Object.fromEntries(Object.entries(values).map(([address, value]) => [address, new Hidden(value)]));

/** With `ignoreChanges`, the engine puts values of the state in ignored places. They are in the form by name. */
function fromEngine(spec: unknown, recorded: unknown): unknown {
  if (spec instanceof Hidden) return new Hidden(fromEngine(spec.value, recorded));
  const [now, then] = [plainOf(spec), plainOf(recorded)];
  if (!isPlainObject(now) || !isPlainObject(then) || !isPlainObject(spec)) return spec;
  const isWhole = Object.keys(then).length > 0 && isEqual(now, then);
  const fields = Object.entries(spec).map(([field, list]) => {
    const isMap = Object.hasOwn(SPEC_LISTS, field) && isPlainObject(now[field]);
    return [
      field,
      isMap && (isWhole || isEqual(now[field], then[field])) ? listOf(field, list) : list,
    ] as const;
  });
  // Keeps the symbol with the file's path.
  return Object.assign(Object.fromEntries(fields), symbolsOf(spec));
}

/** A list from its form by name, with its secrets marked at their places there. */
function listOf(field: string, map: unknown): unknown {
  const { plain, places } = separate(map);
  const list = (mapsToLists({ [field]: plain }) as Properties)[field];
  return places.map((place) => pathInList(place, plain, list)).reduce(markWhole, list);
}

/** A path of the form by name in the form with lists, which has the same order. */
function pathInList([step, ...rest]: Path, map: unknown, list: unknown): Path {
  if (step === undefined) return [];
  const isKeyed = isPlainObject(map) && Array.isArray(list);
  const at = isKeyed ? Object.keys(map).indexOf(String(step)) : step;
  return [at, ...pathInList(rest, valueAt(map, [step]), valueAt(list, [at]))];
}

const symbolsOf = (value: object): object =>
  Object.fromEntries(
    Object.getOwnPropertySymbols(value).map((symbol) => [symbol, (value as Record<symbol, unknown>)[symbol]]),
  );
