import { SECRET } from "../helpers/world/provider-world";
import type { StackedResource } from "./stack";
import type { World } from "./world";

const CIPHERTEXT = /EV\[[^\]]/;
/** The URL of a log or a console. It grants access, like a token. */
const ADDRESS = /\/_(logs|exec)\/\w/;

/**
 * Where a token, a secret or its ciphertext was exposed in the output and the files of a world's runs.
 * @param sent whether the secret was sent to the service, which may then echo it
 */
export function exposed(
  world: World,
  sent: boolean,
  stack: readonly StackedResource[] = [world.app, world.deployment, world.rollback],
): string[] {
  const shown = [...world.takeOutput(), ...world.told];
  const resources = stack.flatMap(({ state }) => state ?? []);
  const kept = resources.map(({ inputs, outputs }) => {
    // Pulumi encrypts the values of secret inputs, and `__liveSpec` as a whole.
    const { __liveSpec: _held, spec: _spec, alertDestinations: _set, ...rest } = outputs;
    const { spec: _declared, alertDestinations: _wanted, ...others } = inputs;
    return JSON.stringify([rest, others]);
  });
  const hidden = resources.map(({ outputs }) => JSON.stringify(outputs));
  const files = world.files();
  const tokens = [...shown, ...hidden, ...files.map(({ name, text }) => name + text)].filter((text) =>
    /dop_v1_/.test(text),
  );
  const secrets = [...(sent ? shown : []), ...kept, ...files.map(({ name, text }) => name + text)].filter(
    (text) => text.includes(SECRET),
  );
  const ciphertexts = [...shown, ...kept, ...files.map(({ name }) => name)].filter((text) =>
    CIPHERTEXT.test(text),
  );
  const addresses = [...shown, ...hidden, ...files.map(({ name, text }) => name + text)].filter((text) =>
    ADDRESS.test(text),
  );
  return [
    ...addresses.map((text) => `address: ${text}`),
    ...tokens.map((text) => `token: ${text}`),
    ...secrets.map((text) => `secret: ${text}`),
    ...ciphertexts.map((text) => `ciphertext: ${text}`),
  ];
}
