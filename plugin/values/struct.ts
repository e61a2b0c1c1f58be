import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { fromWire, toWire, type Properties } from "./wire";

/** The properties in a message. */
export const propertiesIn = (struct: Struct | undefined): Properties =>
  fromWire(struct?.toJavaScript() ?? {}) as Properties;

/** The properties as a message. */
export const structOf = (properties: object): Struct =>
  Struct.fromJavaScript(toWire({ ...properties }) as { [key: string]: JavaScriptValue });
