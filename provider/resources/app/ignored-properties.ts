import type { KeyedDestination } from "./alerts/destinations";
import type { App } from "../../api/types";
import { InitializationError } from "../../errors";
import { isIgnored, keepIgnored, keepIgnoredSpec, unite, withoutIgnored } from "../options/ignored";
import { parsePropertyPath } from "../options/property-path";
import type { OptionPath } from "../options/translate";
import { isCovered, united, type SecretPlaces } from "../../secrets/program-secrets";
import { changes, mapLeaves, valueAt, withValueAt, type Path } from "../../appspec/diff";
import { inputsWithDrift } from "../../appspec/drift";
import { isPlainObject, listsToMaps } from "../../appspec/lists-by-name";
import { hideSecrets, isCiphertext, isSecretPlace, KEPT_SECRET, sealUnchanged } from "../../appspec/secrets";
import { withStored } from "../../appspec/stored-secrets";
import { INPUT_KEYS, plain, visible, type AppInputs, type AppOutputs } from "./state";

type Held = Pick<AppInputs, "spec" | "projectId" | "__secrets">;

/**
 * The properties that `ignoreChanges` leaves to the service. The engine puts the previous inputs in the ignored places, which
 * may be outdated compared to the service.
 */
export class Ignoring {
  /** Places in the spec, and those in other arguments. */
  private readonly spec: readonly Path[];
  private readonly others: readonly Path[];

  /**
   * @param paths the ignored places among the inputs
   * @param program the spec of the program, in its form by name, if the engine has put other values into the inputs
   */
  constructor(
    private readonly paths: readonly Path[],
    private readonly programSpec: unknown,
  ) {
    this.spec = paths.filter(([name]) => name === "spec").map((path) => path.slice(1));
    this.others = paths.filter(([name]) => name !== "spec");
  }

  /** @param engine the paths in the engine's request, if known: transforms may have changed them */
  static of(options: readonly OptionPath[] = [], program?: unknown, engine?: readonly string[]): Ignoring {
    const paths = options.filter(({ option }) => option === "ignoreChanges").flatMap((path) => path.paths);
    return new Ignoring(engine ? engine.flatMap(placesIn) : paths, program);
  }

  /** The program's own inputs. */
  program(news: AppInputs): AppInputs {
    return { ...news, spec: this.specOf(news) };
  }

  /** The program's inputs, with previous values in ignored places. */
  wanted(news: AppInputs, olds: Partial<AppInputs>): AppInputs {
    if (olds.spec === undefined) return this.program(news);
    const spec = keepIgnoredSpec(this.specOf(news), olds.spec, this.spec);
    const others = keepIgnored(news, olds, this.others, {}) as AppInputs;
    return { ...others, spec };
  }

  /**
   * The spec to send, in its form by name.
   * @param now the service's current spec
   * @param olds absent for an app that is new to the stack
   */
  toSend(news: AppInputs, olds: AppOutputs | undefined, now: unknown): unknown {
    // What the service stores in another form, such as routes, is only among the inputs.
    const inputs = this.spec.length > 0 ? this.heldInputs(olds, now) : undefined;
    const held = now === undefined ? undefined : unite(now, inputs);
    const kept = withStored(keepIgnoredSpec(this.specOf(news), held, this.spec), news.emptySecrets, now);
    const open = mapLeaves(kept, (leaf, path) => {
      const known = valueAt(inputs, path);
      return this.isUnreadable(kept, leaf, path) && known !== KEPT_SECRET ? (known ?? leaf) : leaf;
    });
    return sealUnchanged(open, olds?.spec, olds?.__liveSpec, now);
  }

  /** Places in a spec to send that would contain ciphertext as a plain value: their variables no longer have the type SECRET. */
  unreadable(spec: unknown): Path[] {
    const found: Path[] = [];
    mapLeaves(spec, (leaf, path) => {
      if (this.isUnreadable(spec, leaf, path)) found.push(path);
      return leaf;
    });
    return found;
  }

  private isUnreadable(spec: unknown, leaf: unknown, path: Path): boolean {
    if (!isCiphertext(leaf) || path.at(-1) !== "value" || path.at(-3) !== "envs") return false;
    return isIgnored(path, this.spec) && valueAt(spec, [...path.slice(0, -1), "type"]) !== "SECRET";
  }

  /**
   * The inputs to record in the state, with the service's current values in ignored places.
   * @param held the inputs that correspond to the service's spec
   */
  recorded(news: AppInputs, held: Held): AppInputs {
    if (this.paths.length === 0) return news;
    const secrets = united(news.__secrets ?? [], held.__secrets ?? []);
    const spec = keepIgnoredSpec(this.withNew(news, secrets), held.spec, this.spec);
    const hidden = hideSecrets(spec);
    // The engine would not mark values as secret that it does not see among the inputs.
    const recorded = changes(news.spec, spec).reduce<unknown>(
      (copy, { path }) => withValueAt(copy, path, hiddenAt(hidden, path, secrets)),
      spec,
    );
    const project =
      this.isIgnored(["projectId"]) && news.projectId !== undefined ? held.projectId : undefined;
    return {
      ...news,
      spec: recorded,
      ...(project !== undefined && { projectId: project }),
      ...(news.__secrets && { __secrets: secrets }),
    };
  }

  /** The inputs that correspond to the service's spec after an update. */
  held(olds: AppOutputs | undefined, app: App): Held {
    const spec = this.heldInputs(olds, listsToMaps(app.spec));
    const projectId = app.project_id ?? (olds?.project || undefined);
    const { __secrets } = olds ?? {};
    return { spec, ...(projectId !== undefined && { projectId }), ...(__secrets && { __secrets }) };
  }

  /** Runs `work`, and records in its outputs where they differ from the inputs that the engine keeps. */
  async noting(news: AppInputs, work: () => Promise<AppOutputs>): Promise<AppOutputs> {
    if (this.paths.length === 0) return work();
    try {
      return this.noted(await work(), news);
    } catch (error) {
      if (!(error instanceof InitializationError)) throw error;
      const outs = plain(this.noted(error.properties as AppOutputs, news));
      throw new InitializationError(error.errorCode, error.id, outs, error.reasons);
    }
  }

  private noted(outs: AppOutputs, news: AppInputs): AppOutputs {
    const kept = changes(visible(news), visible(outs)).map(({ path }) => path);
    const ignored = kept.filter((path) => this.isIgnored(path));
    return ignored.length > 0 ? { ...outs, __kept: ignored } : outs;
  }

  /** The service's spec without changes in ignored places. */
  withoutIgnored(now: unknown, then: unknown): unknown {
    return withoutIgnored(now, then, this.spec);
  }

  /** An entry of `alertDestinations` with the service's values in ignored places. */
  keepDestination(key: string, wanted: KeyedDestination, held: KeyedDestination): KeyedDestination {
    const inside = this.paths
      .filter(([name, step]) => name === "alertDestinations" && (step === key || step === "*"))
      .map((path) => path.slice(2));
    return keepIgnored(wanted, held, inside, { slackWebhooks: { by: "channel" } }) as KeyedDestination;
  }

  isIgnored(path: Path): boolean {
    return isIgnored(path, this.paths);
  }

  /** The lists that keep the program's order. */
  orderOf<Order extends object>(order: Order | undefined): Order | undefined {
    if (!order) return order;
    const lists = Object.entries(order).filter(([list]) => !this.isIgnored(["spec", list]));
    return Object.fromEntries(lists) as Order;
  }

  /**
   * The spec with ignored values of new components, which the engine has left out. Omits their secrets, since the engine would
   * not mark them.
   */
  private withNew(news: AppInputs, secrets: SecretPlaces): unknown {
    const program = this.specOf(news);
    return changes(news.spec, program)
      .filter(({ path, kind }) => kind === "add" && isIgnored(path, this.spec))
      .reduce<unknown>((spec, { path, after }) => {
        const open = withoutSecretItems(after, path, program, secrets);
        return open === undefined ? spec : withValueAt(spec, path, open);
      }, news.spec);
  }

  private specOf({ spec }: AppInputs): unknown {
    return this.spec.length > 0 && this.programSpec !== undefined ? this.programSpec : spec;
  }

  private heldInputs(olds: AppOutputs | undefined, now: unknown): unknown {
    return olds ? inputsWithDrift(olds.spec, olds.__liveSpec, now) : hideSecrets(now);
  }
}

/** A value without the items that contain a secret; undefined if nothing is left. */
function withoutSecretItems(value: unknown, path: Path, spec: unknown, secrets: SecretPlaces): unknown {
  if (!hasSecret(value, path, spec, secrets)) return value;
  if (!isPlainObject(value)) return undefined;
  const open = Object.entries(value).filter(
    ([key, item]) => isPlainObject(item) && !hasSecret(item, [...path, key], spec, secrets),
  );
  return open.length > 0 ? Object.fromEntries(open) : undefined;
}

function hasSecret(value: unknown, path: Path, spec: unknown, secrets: SecretPlaces): boolean {
  let found = false;
  mapLeaves(value, (leaf, inner) => {
    const place = [...path, ...inner];
    found ||=
      isCovered(secrets, ["spec", ...place]) || isSecretPlace(place, valueAt(spec, place.slice(0, -1)));
    return leaf;
  });
  return found;
}

/** Ignoring everything in a place means ignoring the place. */
function placesIn(text: string): Path[] {
  const steps = parsePropertyPath(text);
  if ("malformed" in steps) return [];
  const place = steps.slice(0, steps.findLastIndex((step) => step !== "*") + 1);
  return place.length > 0 ? [place] : INPUT_KEYS.map((key) => [key]);
}

function hiddenAt(spec: unknown, path: Path, secrets: SecretPlaces): unknown {
  return mapLeaves(valueAt(spec, path), (leaf, inner) =>
    typeof leaf === "string" && isCovered(secrets, ["spec", ...path, ...inner]) ? KEPT_SECRET : leaf,
  );
}
