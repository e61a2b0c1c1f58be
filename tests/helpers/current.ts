/** What `get` gives at the moment of each use, as if it were there from the start: for what a hook makes. */
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
