/** The timestamp at the start of a log line, after the component's name, in a comparable form. */
export function stampOf(line: string): string | undefined {
  const [, seconds, fraction = ""] =
    /^.{0,100}?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z/.exec(line) ?? [];
  return seconds === undefined ? undefined : `${seconds}.${fraction.padEnd(9, "0")}`;
}

/** How to read archives. Their addresses expire. */
export interface ArchiveReader {
  open(address: string): AsyncIterable<string>;
  /** Waits after a failure, and requests the addresses again; throws the failure if that is no use. */
  again?(failure: unknown, failures: number): Promise<readonly string[]>;
}

/** Lines without a timestamp at the start of an archive, such as the end of a stack trace, that are read to find its time. */
const MOST_UNSTAMPED = 20;

/**
 * The lines of archives in the order of time. Neither the order of archives is documented, nor whether they overlap: those of
 * several components do. Opens an archive only when its time has come, so that memory stays constant and few connections are
 * open. Lines without a timestamp stay behind the line before. After a broken connection, continues where it broke.
 */
export async function* archivedLines(
  reader: ArchiveReader,
  addresses: readonly string[],
): AsyncGenerator<string> {
  const archives = new Archives(reader);
  try {
    yield* archives.lines(addresses);
  } finally {
    await archives.close();
  }
}

/** An archive that is being read. */
interface Cursor {
  /** Its place among all archives, by time. */
  readonly rank: number;
  rest?: AsyncIterator<string> | undefined;
  /** The current line. */
  line: string;
  stamp: string;
  /** How many lines were read so far. */
  read: number;
}

interface Archive {
  readonly address: string;
  /** Of its first line. */
  readonly stamp: string;
}

class Archives {
  /** By time. */
  private sorted: readonly Archive[] = [];
  private readonly open: Cursor[] = [];
  /** Since the last line. */
  private failures = 0;

  constructor(private readonly reader: ArchiveReader) {}

  async *lines(addresses: readonly string[]): AsyncGenerator<string> {
    await this.sort(addresses);
    for (let opened = 0; ;) {
      let next = earliest(this.open);
      const waiting = this.sorted[opened];
      if (waiting !== undefined && (next === undefined || waiting.stamp <= next.stamp)) {
        const cursor = { rank: opened++, line: "", stamp: waiting.stamp, read: 0 };
        this.open.push(cursor);
        await this.advance(cursor);
        continue;
      }
      next = earliest(this.open);
      if (next === undefined) return;
      yield next.line;
      await this.advance(next);
    }
  }

  async close(): Promise<void> {
    for (const { rest } of this.open) await rest?.return?.();
  }

  private async sort(addresses: readonly string[]): Promise<void> {
    for (let given = addresses; ;) {
      try {
        const found: Archive[] = [];
        for (const address of given)
          found.push({ address, stamp: given.length > 1 ? await this.firstStamp(address) : "" });
        this.sorted = found.sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0));
        return;
      } catch (error) {
        given = await this.addressesAgain(error);
      }
    }
  }

  private async firstStamp(address: string): Promise<string> {
    let lines = 0;
    for await (const line of this.reader.open(address)) {
      const stamp = stampOf(line);
      if (stamp !== undefined) return stamp;
      if (++lines >= MOST_UNSTAMPED) break;
    }
    return "";
  }

  private async addressesAgain(failure: unknown): Promise<readonly string[]> {
    if (!this.reader.again) throw failure;
    return this.reader.again(failure, ++this.failures);
  }

  /** Reads the next line of an archive, or removes it at its end. */
  private async advance(cursor: Cursor): Promise<void> {
    for (;;) {
      try {
        cursor.rest ??= from(this.reader, this.sorted[cursor.rank]?.address, cursor.read);
        const next = await cursor.rest.next();
        if (next.done) {
          this.open.splice(this.open.indexOf(cursor), 1);
          return;
        }
        const stamp = stampOf(next.value) ?? "";
        Object.assign(cursor, { line: next.value, read: cursor.read + 1 });
        if (stamp > cursor.stamp) cursor.stamp = stamp;
        this.failures = 0;
        return;
      } catch (error) {
        cursor.rest = undefined;
        await this.sort(await this.addressesAgain(error));
      }
    }
  }
}

async function* from(
  reader: ArchiveReader,
  address: string | undefined,
  skipped: number,
): AsyncGenerator<string> {
  if (address === undefined) return;
  let index = 0;
  for await (const line of reader.open(address)) if (index++ >= skipped) yield line;
}

function earliest(cursors: readonly Cursor[]): Cursor | undefined {
  let first: Cursor | undefined;
  for (const cursor of cursors)
    if (!first || cursor.stamp < first.stamp || (cursor.stamp === first.stamp && cursor.rank < first.rank))
      first = cursor;
  return first;
}
