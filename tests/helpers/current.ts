/** A stand-in for the result of `get` at the time of each use, for objects that a hook creates. */
export function current<Made extends object>(get: () => Made): Made {
  return new Proxy({} as Made, {
    get: (_, key) => {
      const made = get();
      const value = Reflect.get(made, key, made) as unknown;
      return typeof value === "function" ? (value.bind(made) as unknown) : value;
    },
    set: (_, key, value) => Reflect.set(get(), key, value, get()),
  });
}
