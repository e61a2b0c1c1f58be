import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

/** A server in a temporary folder, which only this machine reaches. */
export interface PostgreSql {
  /** The value of PULUMI_BACKEND_URL. */
  readonly url: string;
  /** The value of PGPASSWORD. */
  readonly password: string;
  /** The output of a query, one row a line. */
  query(sql: string): string;
  stop(): Promise<void>;
}

const PASSWORD = "only for this temporary server";
const DEBIAN = "/usr/lib/postgresql";

/** The folder of a server's programs, which Debian does not put on PATH; undefined if none is installed. */
function programs(): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(delimiter);
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, "bin"))
    : [];
  return [...versions, ...onPath].find((folder) =>
    ["initdb", "postgres", "psql"].every((name) => existsSync(join(folder, name))),
  );
}

/** Undefined if no server is installed. */
export async function startPostgreSql(): Promise<PostgreSql | undefined> {
  const bin = programs();
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "app-platform-postgresql-"));
  const data = join(folder, "data");
  // The server refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, PASSWORD, { mode: 0o644 });
  const port = await freePort();
  const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C", PGPASSWORD: PASSWORD };
  const made = spawnSync(
    join(bin, "initdb"),
    [
      "--pgdata",
      data,
      "--username",
      "pulumi",
      "--auth",
      "scram-sha-256",
      "--pwfile",
      passwordFile,
      "--encoding",
      "UTF8",
      "--no-sync",
    ],
    { ...user, env, cwd: folder, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed:\n${made.stdout}${made.stderr}`);
  const options = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-k", folder, "-F"];
  const server = spawn(join(bin, "postgres"), options, {
    ...user,
    env,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(server, "close");
  const url = `postgres://pulumi@127.0.0.1:${port}/postgres?sslmode=disable`;
  const stop = async (): Promise<void> => {
    // Does not wait for clients.
    server.kill("SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const lines: string[] = [];
  const isReady = new Promise<boolean>((resolve) => {
    const output = createInterface({ input: server.stderr });
    output.on("line", (line) => {
      lines.push(line);
      if (line.includes("ready to accept connections")) resolve(true);
    });
    output.on("close", () => resolve(false));
  });
  if (!(await isReady)) {
    await stop();
    throw new Error(`postgres did not start:\n${lines.join("\n")}`);
  }
  const query = (sql: string): string => {
    const { status, stdout, stderr } = spawnSync(join(bin, "psql"), ["-At", "-c", sql, url], {
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  return { url, password: PASSWORD, query, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
