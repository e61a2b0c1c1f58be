import type { Deferring } from "../../provider/appspec/inputs-by-name";
import { isUnknown, holdsUnknown, UNKNOWN } from "../../provider/appspec/unknown";
import { Hidden, plainOf } from "./wire";

/** Values of the protocol: deferred ones are secret or not known yet. */
export const WIRE_VALUES: Deferring = {
  isDeferred: (value) => value instanceof Hidden || isUnknown(value),
  whenKnown: (value, then) => (value instanceof Hidden ? new Hidden(whenKnown(value.value, then)) : UNKNOWN),
  whole(value) {
    const plain = plainOf(value);
    return holdsUnknown(plain) ? UNKNOWN : new Hidden(plain);
  },
  secret: (value) => new Hidden(value),
};

const whenKnown = (value: unknown, then: (known: unknown) => unknown): unknown =>
  isUnknown(value) ? UNKNOWN : then(value);
