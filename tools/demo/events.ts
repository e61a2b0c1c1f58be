// What a command of Pulumi did, from its event log. This also works on a terminal, whose output is not
// captured.

import { existsSync, readFileSync } from "node:fs";

interface Metadata {
  op: string;
  urn: string;
  detailedDiff?: Record<string, unknown> | null;
}

interface EngineEvent {
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
  stdoutEvent?: { message: string };
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata };
}

/** A line on the row of the app. */
interface RowLine {
  readonly severity: string;
  readonly text: string;
}

/** Color markup, which the log contains if the command ran on a terminal. */
const COLOURS = /<\{%[^%]*%\}>/g;

const ofApp = (urn: string | undefined): boolean => urn?.includes(":App::") === true;

export class Events {
  private constructor(
    readonly text: string,
    private readonly events: readonly EngineEvent[],
  ) {}

  static read(path: string): Events {
    // A command that fails or is interrupted at its start leaves no log.
    const text = existsSync(path) ? readFileSync(path, "utf8").replace(COLOURS, "") : "";
    return new Events(
      text,
      text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as EngineEvent),
    );
  }

  /**
   * Whether Ctrl-C stopped the command: on a terminal, Pulumi reads that key itself, and no other process is notified.
   */
  get stopped(): boolean {
    return this.events.some(({ stdoutEvent }) => stdoutEvent?.message.includes("^C received"));
  }

  /** All lines of the app's row in order, including those that were replaced by the next one. */
  get row(): RowLine[] {
    return this.events
      .map(({ diagnosticEvent }) => diagnosticEvent)
      .filter((event) => event !== undefined && ofApp(event.urn))
      .map((event) => ({ severity: event?.severity ?? "", text: event?.message.trimEnd() ?? "" }));
  }

  /** The same as one text. */
  get rowText(): string {
    return this.row.map(({ text }) => text).join("\n");
  }

  errorText(): string {
    return this.ofSeverity("error");
  }

  warningText(): string {
    return this.ofSeverity("warning");
  }

  private ofSeverity(severity: string): string {
    return this.row
      .filter((line) => line.severity === severity)
      .map(({ text }) => text)
      .join("\n");
  }

  /** What the command did, or would do, with the app: `create`, `update`, `same`, … */
  get operation(): string {
    return this.appSteps.at(-1)?.op ?? "nothing";
  }

  /** Paths of the properties that it showed as different. */
  get differences(): string[] {
    const paths = this.appSteps.flatMap(({ detailedDiff }) => Object.keys(detailedDiff ?? {}));
    return [...new Set(paths)];
  }

  private get appSteps(): Metadata[] {
    return this.events
      .map((event) => (event.resOutputsEvent ?? event.resourcePreEvent)?.metadata)
      .filter((metadata) => metadata !== undefined)
      .filter(({ urn }) => ofApp(urn));
  }
}
