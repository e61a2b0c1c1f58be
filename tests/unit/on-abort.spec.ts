import assert from "node:assert/strict";
import { onAbort } from "../../provider/clock";

describe("onAbort", () => {
  it("calls every listener once when the signal is aborted, but none that was taken away", () => {
    const stop = new AbortController();
    const heard: string[] = [];
    const names = ["a", "b", "c", "d", "e"];
    const removers = names.map((name) => onAbort(stop.signal, () => heard.push(name)));
    for (const gone of [0, 3, 3]) removers[gone]?.();
    stop.abort();
    for (const remove of removers) remove();
    stop.abort();
    assert.deepEqual(heard.sort(), ["b", "c", "e"]);
  });

  it("does not call a listener that another one takes away meanwhile", () => {
    const stop = new AbortController();
    const heard: string[] = [];
    const takeAway: (() => void)[] = [];
    onAbort(stop.signal, () => {
      heard.push("first");
      for (const remove of takeAway) remove();
    });
    takeAway.push(onAbort(stop.signal, () => heard.push("second")));
    onAbort(stop.signal, () => heard.push("third"));
    onAbort(stop.signal, () => heard.push("fourth"))();
    stop.abort();
    assert.deepEqual(heard, ["first", "third"]);
  });

  it("listens to nothing where there is no signal, or one that is aborted already", () => {
    const fail = (): void => assert.fail("nothing is to be heard");
    onAbort(undefined, fail)();
    onAbort(AbortSignal.abort(), fail)();
  });
});
