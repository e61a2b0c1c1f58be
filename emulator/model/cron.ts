/** When a scheduled job runs: five cron fields in a time zone. */
export interface Schedule {
  cron: string;
  /** @default "UTC" */
  time_zone?: string;
}

interface Fields {
  minute: ReadonlySet<number>;
  hour: ReadonlySet<number>;
  day: ReadonlySet<number>;
  month: ReadonlySet<number>;
  weekday: ReadonlySet<number>;
  /** Both day fields are restricted, so that matching either is enough. */
  eitherDay: boolean;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** Runs older than this are not looked for. */
const LOOK_BACK = 31 * 24 * HOUR;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const SHORT: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

/** The numbers that a field stands for, or undefined if it is invalid. @param names of the numbers from `low` */
function numbers(text: string, low: number, high: number, names: string[] = []): Set<number> | undefined {
  const found = new Set<number>();
  const number = (part: string): number => {
    const named = names.indexOf(part.toLowerCase());
    return named >= 0 ? named + low : /^\d+$/.test(part) ? Number(part) : NaN;
  };
  for (const part of text.split(",")) {
    const [range = "", stepText, ...more] = part.split("/");
    const step = stepText === undefined ? 1 : number(stepText);
    const [from = "", to, ...rest] = range.split("-");
    const first = range === "*" ? low : number(from);
    const last = range === "*" ? high : to !== undefined ? number(to) : stepText === undefined ? first : high;
    if (
      more.length > 0 ||
      rest.length > 0 ||
      !(step >= 1) ||
      !(first >= low && first <= last && last <= high)
    )
      return undefined;
    for (let value = first; value <= last; value += step) found.add(value);
  }
  return found;
}

/** Undefined if the text is not a cron expression. */
export function parseCron(text: string): Fields | undefined {
  const parts = (SHORT[text.trim().toLowerCase()] ?? text).trim().split(/\s+/);
  const [minutes = "", hours = "", days = "", months = "", weekdays = ""] = parts;
  if (parts.length !== 5) return undefined;
  const minute = numbers(minutes, 0, 59);
  const hour = numbers(hours, 0, 23);
  const day = numbers(days, 1, 31);
  const month = numbers(months, 1, 12, MONTHS);
  const weekday = numbers(weekdays, 0, 7, WEEKDAYS);
  if (!minute || !hour || !day || !month || !weekday) return undefined;
  if (weekday.has(7)) weekday.add(0);
  return { minute, hour, day, month, weekday, eitherDay: !days.startsWith("*") && !weekdays.startsWith("*") };
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Offset from UTC to the wall clock of a zone; computed once per hour, because no zone changes within one. */
function offsets(zone: string): (moment: number) => number {
  if (zone === "UTC") return () => 0;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" },
  });
  const known = new Map<number, number>();
  return (moment) => {
    const hour = Math.floor(moment / HOUR) * HOUR;
    const found = known.get(hour);
    if (found !== undefined) return found;
    const part = Object.fromEntries(
      format.formatToParts(hour).map(({ type, value }) => [type, Number(value)]),
    );
    const wall = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
    known.set(hour, wall - hour);
    return wall - hour;
  };
}

function matches(fields: Fields, wall: Date): boolean {
  if (!fields.minute.has(wall.getUTCMinutes()) || !fields.hour.has(wall.getUTCHours())) return false;
  if (!fields.month.has(wall.getUTCMonth() + 1)) return false;
  const [day, weekday] = [fields.day.has(wall.getUTCDate()), fields.weekday.has(wall.getUTCDay())];
  return fields.eitherDay ? day || weekday : day && weekday;
}

/**
 * The newest `limit` moments of a schedule from `from` up to `to`, the newest first; milliseconds since the epoch, at
 * most a month back. None if the expression or the zone is invalid.
 */
export function scheduledTimes(schedule: Schedule, from: number, to: number, limit: number): number[] {
  const fields = parseCron(schedule.cron);
  const zone = schedule.time_zone ?? "UTC";
  if (fields === undefined || !isTimeZone(zone)) return [];
  const offset = offsets(zone);
  const earliest = Math.max(from, to - LOOK_BACK);
  const found: number[] = [];
  for (let at = Math.floor(to / MINUTE) * MINUTE; at >= earliest && found.length < limit; at -= MINUTE) {
    if (matches(fields, new Date(at + offset(at)))) found.push(at);
  }
  return found;
}
