import { Client } from "../../provider/api/client";
import { AppPlatformError } from "../../provider/errors";
import { readSpec } from "../../provider/load-spec";
import { serviceConfig } from "../../provider/service/config";
import { Hidden, separate, type Properties } from "../values/wire";
import { isUnknown } from "../../provider/appspec/unknown";
import { CALLS, type Args } from "./calls";
import { ANY_LANGUAGE } from "../../provider/text/program-texts";

/** Look-ups and actions for programs in all languages. */
export class Functions {
  constructor(
    private readonly env: Readonly<Record<string, string | undefined>>,
    private readonly config: (key: string) => string | undefined,
  ) {}

  /** @param token such as `app-platform:index:getApp` */
  async call(token: string, args: Properties, preview: boolean): Promise<Properties> {
    const name = token.split(":").at(-1) ?? "";
    if (name === "loadSpec") return loadSpec(args);
    const call = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
    if (!call)
      throw new AppPlatformError("invalid-input", `The plugin app-platform has no function ${name}.`);
    const client = new Client(serviceConfig(this.env, this.config));
    return { [call.result]: await call.work(client, separate<Args>(args).plain, preview) };
  }
}

/** Values of secrets stay marked, one by one. */
function loadSpec({ path, secrets }: Properties): Properties {
  const values = separate<Properties | undefined>(secrets).plain;
  const { plain } = separate(path);
  if (typeof plain !== "string" || isUnknown(plain))
    throw new AppPlatformError("invalid-input", "loadSpec: path must be the path of a file, as text.");
  const hidden =
    values &&
    Object.fromEntries(Object.entries(values).map(([address, value]) => [address, new Hidden(value)]));
  return { spec: { ...readSpec(plain, hidden, ANY_LANGUAGE) } };
}
