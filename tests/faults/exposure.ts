import { SECRET } from "../helpers/world/provider-world";
import type { StackedResource } from "./stack";
import type { World } from "./world";

const CIPHERTEXT = /EV\[[^\]]/;
/** Whoever has one can read the log, or is in. */
const ADDRESS = /\/_(logs|exec)\/\w/;

/**
 * Where a token, a secret or its ciphertext came to light in what the runs of a world told and left behind.
 * @param sent whether the secret was part of what the service was sent, and may repeat
 */
export function exposed(
  world: World,
  sent: boolean,
  stack: readonly StackedResource[] = [world.app, world.deployment, world.rollback],
): string[] {
  const shown = [...world.takeOutput(), ...world.told];
  const resources = stack.flatMap(({ state }) => state ?? []);
  const kept = resources.map(({ inputs, outputs }) => {
    // Under the key of an input that is a secret Pulumi encrypts the value, and `__liveSpec` as a whole.
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
