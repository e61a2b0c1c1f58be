import assert from "node:assert/strict";
import type { Emulator, Spec, StoredApp } from "../../../emulator/index";
import { changes, formatChange, mapLeaves, valueAt, withValueAt } from "../../../provider/appspec/diff";
import { displayPath, listsToMaps, samePlace } from "../../../provider/appspec/lists-by-name";
import type { Declared, Refreshed, Step } from "../../../tools/in-process-stack";
import { SECRET_MARK } from "../arbitrary-spec";
import {
  isCiphertext,
  leaves,
  reordered,
  secretPlaces,
  textPlaces,
  without,
  type Place,
} from "../spec-places";

/** What happens to an app later, through its program or at the service. */
export const LATER = [
  "secret changed",
  "value changed",
  "secret edited",
  "value edited",
  "variable added",
  "secret removed",
  "domain removed",
  "secret edited and overwritten",
  "ciphertext pasted",
] as const;
export type Later = (typeof LATER)[number];

type Path = Place["path"];

const NEW = `${SECRET_MARK}changed`;
const ADDED = { key: "ADDED_LATER", value: "1", scope: "RUN_TIME" };

/** A stack with one App, behind either front end. */
export interface QuietStack {
  /** All messages on the resource's row. */
  readonly lines: string[];
  readonly id: string | undefined;
  preview(declared: Declared): Promise<Step>;
  up(declared: Declared): Promise<Step>;
  refresh(): Promise<Refreshed>;
}

/** One spec on its way through several runs of Pulumi; every method fails if too much is shown or sent. */
export class QuietRun {
  private readonly program: Declared;
  /** Number of values that the service stores encrypted. */
  secrets = 0;

  constructor(
    private readonly emulator: Emulator,
    private readonly stack: QuietStack,
    spec: unknown,
  ) {
    this.program = { spec };
  }

  /** Creates the app, previews and refreshes it, also with the spec in another order. */
  async isQuiet(): Promise<void> {
    const { stack, program } = this;
    assert.equal(await stack.up(program), "create");
    assert.deepEqual(this.writes(), ["POST /v2/apps"]);
    this.secrets = secretPlaces(this.held()).length;
    assert.equal(await stack.preview(program), "same", "second preview");
    await this.expectQuiet(program);
    assert.equal(await stack.preview({ spec: reordered(program.spec) }), "same", "reordered");
  }

  /** @returns false if the spec has nothing that this could happen to */
  async goesOn(later: Later, pick: number): Promise<boolean> {
    // A SECRET without a value in the program belongs to the service: its value there stays.
    const secrets = secretPlaces(this.held()).filter(({ value }) => this.clear(value) !== "");
    const one = (places: readonly Place[]): Path | undefined =>
      places[pick % Math.max(1, places.length)]?.path;
    const path = later.startsWith("value") ? one(textPlaces(this.held())) : one(secrets);
    if (later === "variable added") await this.addedAtTheService();
    else if (later === "domain removed") {
      const { domains = [] } = this.held();
      const domain = domains[pick % Math.max(1, domains.length)]?.domain;
      // The service keeps a domain that a rule names.
      if (domain === undefined || JSON.stringify(this.held().ingress ?? {}).includes(`"${domain}"`))
        return false;
      await this.removedAtTheService(["domains", pick % domains.length]);
    } else if (path === undefined) return false;
    else if (later === "secret removed") await this.removedAtTheService(holderOf(path));
    else if (later === "ciphertext pasted") await this.pasted(path);
    else if (later === "secret edited and overwritten") await this.overwritten(path);
    else if (later.endsWith("edited"))
      await this.editedAtTheService(path, withValueAt(this.held(), path, NEW));
    else await this.changedInTheProgram(path);
    this.expectNoSecretSaid();
    return true;
  }

  private async changedInTheProgram(path: Path): Promise<void> {
    const before = this.held();
    const program = this.changedAt(path, NEW);
    this.forget();
    assert.equal(await this.stack.up(program), "update");
    this.expectOnePut(before, [path]);
    assert.equal(this.requestedDeployments(), 2);
    const after = this.held();
    assert.deepEqual(pathsOf(before, after), [path]);
    assert.equal(this.clear(valueAt(after, path)), NEW);
    await this.expectQuiet(program);
  }

  /** The program with another value. @param path in the spec at the service, whose lists may have another order */
  private changedAt(path: Path, value: unknown): Declared {
    const { spec } = this.program;
    return { spec: withValueAt(spec, samePlace(path, this.held(), spec), value) };
  }

  private async addedAtTheService(): Promise<void> {
    const { envs = [], ...rest } = this.held();
    const at = this.held().envs === undefined ? ["envs"] : ["envs", envs.length];
    await this.editedAtTheService(at, { ...rest, envs: [...envs, ADDED] });
  }

  private removedAtTheService(path: Path): Promise<void> {
    return this.editedAtTheService(path, without(this.held(), path));
  }

  /** A change at the service is shown in a refresh only at its own place, and reverted without touching anything else. */
  private async editedAtTheService(path: Path, edited: unknown): Promise<void> {
    const { stack, program } = this;
    const before = this.held();
    const drifted = changes(listsToMaps(before), listsToMaps(edited)).map(formatChange);
    assert.equal(drifted.length, 1);
    this.emulator.editApp("shop", () => edited as Spec);
    this.forget();
    const { inputsBefore, inputs } = await stack.refresh();
    assert.deepEqual(stack.lines, [`info: changed at the service: ${drifted[0]}`]);
    assert.deepEqual(changes(inputsBefore.spec, inputs.spec).map(formatChange), drifted);
    assert.deepEqual(
      leaves(inputs).filter(({ value }) => isCiphertext(value)),
      [],
    );

    assert.equal(await stack.up(program), "update");
    const touched = (place: Path): boolean => path.every((step, index) => place[index] === step);
    this.expectOnePut(
      before,
      secretPlaces(before)
        .map((place) => place.path)
        .filter(touched),
    );
    assert.deepEqual(this.inClear(this.held()), this.inClear(before));
    assert.ok(pathsOf(before, this.held()).every(touched), "nothing else was encrypted anew");
    await this.expectQuiet(program);
  }

  /** Without a refresh in between, an update for another reason reverts the edit and reports it. */
  private async overwritten(path: Path): Promise<void> {
    const { stack } = this;
    const before = this.held();
    this.emulator.editApp("shop", (held) => withValueAt(held, path, NEW) as Spec);
    this.forget();
    const program = { spec: withValueAt(this.program.spec, ["disable_email_obfuscation"], true) };
    assert.equal(await stack.up(program), "update");
    this.expectOnePut(before, [path]);
    assert.ok(
      stack.lines.some(
        (line) => /^warning: .*reverts it/.test(line) && line.endsWith(`~ ${displayPath(before, path)}`),
      ),
    );
    assert.equal(this.clear(valueAt(this.held(), path)), this.clear(valueAt(before, path)));
    await this.expectQuiet(program);
  }

  private async pasted(path: Path): Promise<void> {
    const before = this.held();
    const program = this.changedAt(path, valueAt(before, path));
    this.forget();
    await this.stack.up(program);
    assert.deepEqual(this.held(), before);
    // The service deploys after every update, also one that changes nothing.
    assert.equal(this.requestedDeployments(), 2);
    await this.expectQuiet(program);
  }

  /** Neither a refresh nor a preview shows a change, or sends one. */
  private async expectQuiet(program: Declared): Promise<void> {
    const { stack } = this;
    this.forget();
    const { inputsBefore, inputs, outputsBefore, outputs } = await stack.refresh();
    assert.deepEqual(changes(inputsBefore, inputs).map(formatChange), [], "refresh: inputs");
    assert.deepEqual(changes(outputsBefore, outputs).map(formatChange), [], "refresh: outputs");
    assert.equal(await stack.preview(program), "same", "preview after refresh");
    assert.deepEqual(this.writes(), []);
    assert.deepEqual(
      stack.lines.filter((line) => /changed at the service|(is|be) re|stay/.test(line)),
      [],
    );
  }

  /** One update that sends exactly the secrets at `clear` in plain text, and all others as the service returned them. */
  private expectOnePut(before: Spec, clear: readonly Path[]): void {
    assert.deepEqual(this.writes(), [`PUT /v2/apps/${this.stack.id}`]);
    const body = this.emulator.calls.find(({ method }) => method === "PUT")?.body as { spec: unknown };
    for (const { path, value } of secretPlaces(before)) {
      const sent = valueAt(body.spec, path);
      if (!clear.some((place) => place.join() === path.join()))
        assert.equal(sent, value, displayPath(before, path));
      else assert.ok(sent !== undefined && !isCiphertext(sent), displayPath(before, path));
    }
  }

  private expectNoSecretSaid(): void {
    const said = this.stack.lines.join("\n");
    assert.ok(!said.includes(SECRET_MARK) && !/EV\[/.test(said), said);
  }

  /** Without those that the service made by itself, because a domain became ready. */
  private requestedDeployments(): number {
    return this.app().deployments.filter(({ type }) => type !== "MAINTENANCE").length;
  }

  private app(): StoredApp {
    const [app] = this.emulator.apps();
    assert.ok(app);
    return app;
  }

  private held(): Spec {
    return structuredClone(this.app().spec);
  }

  private clear(value: unknown): unknown {
    return isCiphertext(value) ? this.app().plain(value) : value;
  }

  private inClear(held: Spec): unknown {
    return mapLeaves(held, (leaf) => this.clear(leaf));
  }

  private writes(): string[] {
    return this.emulator.calls
      .filter(({ method }) => method !== "GET")
      .map(({ method, path }) => `${method} ${path}`);
  }

  private forget(): void {
    this.emulator.clearCalls();
    this.stack.lines.length = 0;
  }
}

/** The places where two specs in list form differ. */
const pathsOf = (before: unknown, after: unknown): Path[] => changes(before, after).map(({ path }) => path);

const COMPONENTS = ["services", "static_sites", "workers", "jobs", "functions"];

/** The path to remove for a secret: its variable, its log destination, or the field if it is in neither. */
function holderOf(path: Path): Path {
  const index = path.findLastIndex((step) => typeof step === "number");
  return index < 0 || (index === 1 && COMPONENTS.includes(String(path[0]))) ? path : path.slice(0, index + 1);
}
