import assert from "node:assert/strict";
import { isTimeZone, parseCron, scheduledTimes } from "../../../../emulator/model/cron";

const at = (text: string): number => Date.parse(text);
const times = (cron: string, from: string, to: string, zone?: string, limit = 100): string[] =>
  scheduledTimes({ cron, ...(zone === undefined ? {} : { time_zone: zone }) }, at(from), at(to), limit)
    .map((moment) => new Date(moment).toISOString().slice(0, 16))
    .reverse();

describe("emulator: schedules", () => {
  it("finds each time in an interval, including both ends", () => {
    assert.deepEqual(times("*/20 * * * *", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"), [
      "2026-03-01T10:00",
      "2026-03-01T10:20",
      "2026-03-01T10:40",
      "2026-03-01T11:00",
    ]);
  });

  it("omits a time that starts before the interval", () => {
    assert.deepEqual(times("* * * * *", "2026-03-01T10:00:01Z", "2026-03-01T10:01:30Z"), [
      "2026-03-01T10:01",
    ]);
  });

  it("returns the newest when there are many", () => {
    assert.deepEqual(times("0 * * * *", "2026-03-01T00:00:00Z", "2026-03-01T12:30:00Z", "UTC", 2), [
      "2026-03-01T11:00",
      "2026-03-01T12:00",
    ]);
  });

  it("parses lists, ranges, steps and names, and matches when either day field does", () => {
    assert.deepEqual(times("0 9-17/4,22 * mar mon", "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z"), [
      "2026-03-02T09:00",
      "2026-03-02T13:00",
      "2026-03-02T17:00",
      "2026-03-02T22:00",
    ]);
    assert.deepEqual(times("0 0 5 * 7", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z"), [
      "2026-03-01T00:00",
      "2026-03-05T00:00",
    ]);
  });

  it("follows the wall clock of a time zone, through a DST change", () => {
    assert.deepEqual(times("30 8 * * *", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z", "Europe/Berlin"), [
      "2026-03-28T07:30",
      "2026-03-29T06:30",
    ]);
    assert.deepEqual(times("0 0 * * *", "2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z", "Asia/Kolkata"), [
      "2026-03-28T18:30",
    ]);
  });

  for (const text of [
    "",
    "* * * *",
    "60 * * * *",
    "* * 0 * *",
    "5-1 * * * *",
    "*/0 * * * *",
    "1/2/3 * * * *",
    "a * * * *",
  ]) {
    it(`rejects "${text}"`, () => assert.equal(parseCron(text), undefined));
  }

  it("returns nothing for an unknown time zone", () => {
    assert.equal(isTimeZone("Moon/Base"), false);
    assert.deepEqual(times("* * * * *", "2026-03-01T10:00:00Z", "2026-03-01T10:01:00Z", "Moon/Base"), []);
  });
});
