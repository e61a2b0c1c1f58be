import { fromWire, Hidden } from "../../plugin/values/wire";
import { isPlainObject } from "../../provider/appspec/lists-by-name";
import { SECRET } from "../helpers/world/provider-world";
import type { StackedResource } from "./stack";
import type { World } from "./world";

const CIPHERTEXT = /EV\[[^\]]/;
/** The URL of a log or a console. It grants access, like a token. */
const ADDRESS = /\/_(logs|exec)\/\w/;

/** Without values that are marked as secret, which Pulumi encrypts. */
function withoutMarked(value: unknown): unknown {
  const walk = (at: unknown): unknown => {
    if (at instanceof Hidden) return undefined;
    if (Array.isArray(at)) return at.map(walk);
    if (!isPlainObject(at)) return at;
    return Object.fromEntries(Object.entries(at).map(([key, item]) => [key, walk(item)]));
  };
  return walk(fromWire(value));
}

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
    const { encrypted } = world.host.front;
    const plain = [outputs, inputs].map((all) =>
      Object.entries(all).filter(([name]) => !encrypted.includes(name)),
    );
    return JSON.stringify(withoutMarked(plain));
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
