/** The spec of the apps in the benchmark's programs, which receive it as JSON. The last variable is the secret of each app. */
export const SPEC = {
  region: "fra",
  services: [
    {
      name: "web",
      image: { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.27" },
      http_port: 80,
      instance_count: 1,
      instance_size_slug: "apps-s-1vcpu-0.5gb",
      envs: [
        { key: "GREETING", value: "hello", scope: "RUN_TIME" },
        { key: "SESSION_KEY", value: "", scope: "RUN_TIME", type: "SECRET" },
      ],
    },
  ],
};

/** The spec with this value of its secret. */
export function specWith(secret: unknown): object {
  const spec = structuredClone(SPEC);
  const [variable] = spec.services[0]?.envs.slice(-1) ?? [];
  Object.assign(variable ?? {}, { value: secret });
  return spec;
}
