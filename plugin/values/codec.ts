import { Hidden, SECRET, SIGNATURE, meaningOf, type Properties } from "./wire";

/**
 * Properties in protobuf's encoding of `google.protobuf.Struct`, without objects for its messages in between. Every `pulumi up` checks
 * and compares all resources one after the other, and with those objects the conversion takes longer than the comparison.
 */

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Reads the fields of one message in `buffer`. */
export class FieldReader {
  /** Number of the current field. */
  field = 0;
  private wireType = VARINT;

  constructor(
    private readonly buffer: Buffer,
    private at = 0,
    private readonly end = buffer.length,
  ) {}

  /** Moves to the next field; its value must then be read or skipped. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    return true;
  }

  text(): string {
    const end = this.endOfBytes();
    const text = this.buffer.toString("utf8", this.at, end);
    this.at = end;
    return text;
  }

  double(): number {
    const value = this.buffer.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  flag(): boolean {
    return this.varint() !== 0;
  }

  message<T>(read: (reader: FieldReader) => T): T {
    const end = this.endOfBytes();
    const inner = read(new FieldReader(this.buffer, this.at, end));
    this.at = end;
    return inner;
  }

  skip(): void {
    if (this.wireType === VARINT) this.varint();
    else if (this.wireType === BYTES) this.at = this.endOfBytes();
    else if (this.wireType === FIXED64) this.at += 8;
    else if (this.wireType === FIXED32) this.at += 4;
    else throw new Error(`field ${this.field} has the unknown wire type ${this.wireType}`);
  }

  private endOfBytes(): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > this.end) throw new Error(`field ${this.field} is longer than its message`);
    return end;
  }

  /** Up to 53 bits; lengths, tags and flags are smaller. */
  private varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.buffer[this.at++];
      if (byte === undefined) throw new Error("the message ends within a number");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
}

/** The properties in a `Struct`. */
export const readStruct = (reader: FieldReader): Properties => mapIn(reader);

function mapIn(reader: FieldReader): Properties {
  const map: Properties = {};
  while (reader.next())
    if (reader.field === 1) reader.message((entry) => readEntry(entry, map));
    else reader.skip();
  return map;
}

function readEntry(reader: FieldReader, map: Properties): void {
  let key = "";
  let value: unknown = null;
  while (reader.next())
    if (reader.field === 1) key = reader.text();
    else if (reader.field === 2) value = reader.message(readValue);
    else reader.skip();
  // An assignment would set the prototype.
  if (key === "__proto__")
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}

function readValue(reader: FieldReader): unknown {
  let value: unknown = null;
  while (reader.next())
    switch (reader.field) {
      case 2:
        value = reader.double();
        break;
      case 3:
        value = meaningOf(reader.text());
        break;
      case 4:
        value = reader.flag();
        break;
      case 5:
        value = meaningOf(reader.message(mapIn));
        break;
      case 6:
        value = reader.message(readList);
        break;
      default:
        reader.skip();
    }
  return value;
}

function readList(reader: FieldReader): unknown[] {
  const list: unknown[] = [];
  while (reader.next())
    if (reader.field === 1) list.push(reader.message(readValue));
    else reader.skip();
  return list;
}

/** A message with the properties as its field 1, a `Struct`. */
export function messageWith(properties: Properties): Buffer {
  const writer = new Writer();
  writer.nested(1, () => writer.map(properties));
  return writer.content();
}

/** Writes backwards, since a length precedes what it counts. */
class Writer {
  private buffer = Buffer.allocUnsafe(4096);
  private at = this.buffer.length;

  content(): Buffer {
    return this.buffer.subarray(this.at);
  }

  /** Stays valid when the buffer grows. */
  private get written(): number {
    return this.buffer.length - this.at;
  }

  nested(field: number, write: () => void): void {
    const before = this.written;
    write();
    this.varint(this.written - before);
    this.byte((field << 3) | BYTES);
  }

  /** Entries without a value are left out. */
  map(map: Properties): void {
    const keys = Object.keys(map);
    for (let index = keys.length - 1; index >= 0; index--) {
      const key = keys[index] as string;
      const value = map[key];
      if (value !== undefined) this.entry(key, () => this.value(value));
    }
  }

  private entry(key: string, write: () => void): void {
    this.nested(1, () => {
      this.nested(2, write);
      this.text(1, key);
    });
  }

  private value(value: unknown): void {
    if (typeof value === "string") this.text(3, value);
    else if (typeof value === "number") this.double(2, value);
    else if (typeof value === "boolean") this.flag(4, value);
    else if (value instanceof Hidden)
      this.nested(5, () => {
        this.entry("value", () => this.value(value.value));
        this.entry(SIGNATURE, () => this.text(3, SECRET));
      });
    else if (Array.isArray(value)) this.nested(6, () => this.list(value));
    else if (typeof value === "object" && value !== null) this.nested(5, () => this.map(value as Properties));
    else this.flag(1, false);
  }

  private list(list: readonly unknown[]): void {
    for (let index = list.length - 1; index >= 0; index--) this.nested(1, () => this.value(list[index]));
  }

  private text(field: number, text: string): void {
    const length = Buffer.byteLength(text);
    this.reserve(length);
    this.at -= length;
    this.buffer.write(text, this.at, "utf8");
    this.varint(length);
    this.byte((field << 3) | BYTES);
  }

  private double(field: number, value: number): void {
    this.reserve(8);
    this.at -= 8;
    this.buffer.writeDoubleLE(value, this.at);
    this.byte((field << 3) | FIXED64);
  }

  private flag(field: number, value: boolean): void {
    this.byte(value ? 1 : 0);
    this.byte((field << 3) | VARINT);
  }

  private varint(value: number): void {
    const bytes: number[] = [];
    for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
    this.byte(value);
    for (let index = bytes.length - 1; index >= 0; index--) this.byte(bytes[index] as number);
  }

  private byte(byte: number): void {
    this.reserve(1);
    this.buffer[--this.at] = byte;
  }

  private reserve(bytes: number): void {
    if (this.at >= bytes) return;
    const larger = Buffer.allocUnsafe(2 * (this.buffer.length + bytes));
    const at = larger.length - this.written;
    this.buffer.copy(larger, at, this.at);
    this.buffer = larger;
    this.at = at;
  }
}
