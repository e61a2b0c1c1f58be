import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
 */
export class FileClaims implements RunClaims {
  private readonly own = new Set<string>();

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
    if (!isFileName(appId)) return;
    quietly(() => {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(this.file(appId), urn, { mode: 0o600 });
      this.own.add(appId);
    });
  }

  drop(appId: string): void {
    if (!this.own.delete(appId)) return;
    quietly(() => rmSync(this.file(appId), { force: true }));
  }

  ofOthers(appId: string): string | undefined {
    return quietly(() => {
      const names = readdirSync(this.folder).filter((name) => name.startsWith(`${appId}.`));
      const other = names.find((name) => {
        const pid = Number(name.slice(appId.length + 1));
        return pid !== this.pid && this.isRunning(pid);
      });
      return other === undefined ? undefined : readFileSync(join(this.folder, other), "utf8");
    });
  }

  /** Drops all claims of this process. */
  clear(): void {
    for (const appId of [...this.own]) this.drop(appId);
  }

  private file(appId: string): string {
    return join(this.folder, `${appId}.${this.pid}`);
  }
}

const isFileName = (id: string): boolean => /^[\w-]{1,100}$/.test(id);

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
