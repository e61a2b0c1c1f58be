/** Points code that reads the environment to a service, for the tests of the `describe` that it is called in. */
export function serviceEnv(url: () => string, token: string): void {
  const names = ["DIGITALOCEAN_API_URL", "DIGITALOCEAN_TOKEN"] as const;
  const before = names.map((name) => process.env[name]);
  beforeEach(() => {
    process.env["DIGITALOCEAN_API_URL"] = url();
    process.env["DIGITALOCEAN_TOKEN"] = token;
  });
  after(() =>
    names.forEach((name, index) => {
      const value = before[index];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }),
  );
}
