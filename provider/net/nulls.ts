/** Far deeper than any real response; deeper ones would overflow the stack of code that reads them. */
const DEEPEST = 100;

/**
 * Removes every field and list item that is null, in place. The service writes null for "none"; otherwise, any code that reads a
 * response would have to expect null in any field.
 * @throws RangeError for a value that is nested too deeply
 */
export function removeNulls<T>(value: T, depth = 0): T {
  if (depth > DEEPEST) throw new RangeError("nested too deeply");
  if (Array.isArray(value)) {
    let kept = 0;
    for (const item of value as unknown[]) if (item !== null) value[kept++] = removeNulls(item, depth + 1);
    value.length = kept;
  } else if (typeof value === "object" && value !== null) {
    const map = value as Record<string, unknown>;
    for (const key of Object.keys(map)) {
      if (map[key] === null) delete map[key];
      else removeNulls(map[key], depth + 1);
    }
  }
  return value;
}
