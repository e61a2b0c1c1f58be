import { fileOf, readSpec } from "../../provider/load-spec";
import { AppPlatformError } from "../../provider/errors";
import { defaultName } from "../../provider/appspec/app-name";
import { isEqual } from "../../provider/appspec/diff";
import { InputsByName } from "../../provider/appspec/inputs-by-name";
import { isPlainObject, mapsToLists, SPEC_LISTS, type ListOrder } from "../../provider/appspec/lists-by-name";
import { isUnknown, UNKNOWN } from "../../provider/appspec/unknown";
import { DestinationsByName } from "../../provider/resources/app/alerts/inputs-by-name";
import { WIRE_VALUES } from "../values/deferring";
import { Hidden, plainOf, type Properties } from "../values/wire";
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
    file: fileOf(spec),
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
  if (values === undefined) return readSpec(path, undefined, ANY_LANGUAGE);
  if (!isPlainObject(values))
    throw new AppPlatformError("invalid-input", "secrets: must be a map of values by address.");
  const hidden = Object.entries(values).map(([address, value]) => [address, new Hidden(value)] as const);
  return readSpec(path, Object.fromEntries(hidden), ANY_LANGUAGE);
}

/** With `ignoreChanges`, the engine puts values of the state in ignored places. They are in the form by name. */
function fromEngine(spec: unknown, recorded: unknown): unknown {
  const [now, then] = [plainOf(spec), plainOf(recorded)];
  if (!isPlainObject(now) || !isPlainObject(then) || !isPlainObject(spec)) return spec;
  if (Object.keys(then).length > 0 && isEqual(now, then)) return mapsToLists(spec);
  const fields = Object.entries(spec).map(([field, list]) => {
    const isMap = Object.hasOwn(SPEC_LISTS, field) && isPlainObject(now[field]);
    if (!isMap || !isEqual(now[field], then[field])) return [field, list] as const;
    return [field, (mapsToLists({ [field]: list }) as Properties)[field]] as const;
  });
  // Keeps the symbol with the file's path.
  return Object.assign(Object.fromEntries(fields), symbolsOf(spec));
}

const symbolsOf = (value: object): object =>
  Object.fromEntries(
    Object.getOwnPropertySymbols(value).map((symbol) => [symbol, (value as Record<symbol, unknown>)[symbol]]),
  );
