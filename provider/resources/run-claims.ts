import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { userInfo, tmpdir } from "node:os";
import { join } from "node:path";

/** Which resources manage which apps, according to other processes of the same run. */
export interface RunClaims {
  /** Records that a resource of this process manages the app. */
  note(appId: string, urn: string): void;
  drop(appId: string): void;
  /** A resource of another process that manages the app. */
  ofOthers(appId: string): string | undefined;
}

/**
 * Claims in files. One run may have several processes with apps: one per explicit provider, and those of both front ends. None of
 * them may delete an app that another one has taken over. Without access to the files, each process only knows its own apps.
 *
 * Each process appends to a file of its own: a new file per app would take longer than the rest of a comparison.
 */
export class FileClaims implements RunClaims {
  private readonly own = new Map<string, string>();
  private file: number | undefined;

  /**
   * @param folder shared by the processes of a run
   * @param isRunning claims of processes that have ended do not count
   */
  constructor(
    private readonly folder: string,
    private readonly pid: number = process.pid,
    private readonly isRunning: (pid: number) => boolean = exists,
  ) {}

  /** @param engine the engine's address, which the processes of a run share */
  static ofRun(engine: string): FileClaims {
    const port = engine.split(":").at(-1) ?? "";
    const claims = new FileClaims(join(tmpdir(), `pulumi-app-platform-${userInfo().uid}`, port));
    process.once("exit", () => claims.clear());
    return claims;
  }

  note(appId: string, urn: string): void {
    if (this.own.get(appId) === urn) return;
    quietly(() => {
      this.append([appId, urn]);
      this.own.set(appId, urn);
    });
  }

  drop(appId: string): void {
    if (this.own.delete(appId)) quietly(() => this.append([appId]));
  }

  ofOthers(appId: string): string | undefined {
    return quietly(() => {
      const others = readdirSync(this.folder).filter((name) => {
        const pid = Number(name);
        return pid !== this.pid && this.isRunning(pid);
      });
      // Apart, because a process that ends takes its file away, which must not hide the claims of the others.
      const claims = others.map((name) =>
        quietly(() => claimsIn(readFileSync(join(this.folder, name), "utf8")).get(appId)),
      );
      return claims.find((urn) => urn !== undefined);
    });
  }

  /** Drops all claims of this process. */
  clear(): void {
    this.own.clear();
    const { file } = this;
    if (file === undefined) return;
    this.file = undefined;
    quietly(() => closeSync(file));
    quietly(() => rmSync(this.path(), { force: true }));
  }

  private append(claim: Claim): void {
    if (this.file === undefined) {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      // A claim of an earlier process with the same id must not remain.
      this.file = openSync(this.path(), "w", 0o600);
    }
    writeSync(this.file, `${JSON.stringify(claim)}\n`);
  }

  private path(): string {
    return join(this.folder, String(this.pid));
  }
}

/** An app's id, and the URN that manages it from now on, if any. */
type Claim = readonly [appId: string, urn?: string];

/** The claims in the complete lines of a file: its process may be writing the last one. */
function claimsIn(text: string): ReadonlyMap<string, string | undefined> {
  const lines = text.split("\n").slice(0, -1);
  return new Map(lines.map((line) => JSON.parse(line) as [string, string?]).map(([id, urn]) => [id, urn]));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
