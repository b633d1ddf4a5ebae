import { readFileSync } from 'node:fs';

/*
 * Reads TensorBoard event files, for tests: a decoder of the wire format written from its description alone, which shares
 * nothing with the code that writes them, the checksum (bit by bit here) included.
 */

/** A message as it is on the wire: of each field number its values in order. */
export type WireMessage = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

/** The records of a TFRecord file. @throws {Error} a checksum that is wrong, or a file that was cut off */
export function readRecords(path: string): Buffer[] {
  const file = readFileSync(path);
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    checkSum(file.subarray(at, at + 8), file.readUInt32LE(at + 8));
    const record = file.subarray(at + 12, at + 12 + length);
    checkSum(record, file.readUInt32LE(at + 12 + length));
    records.push(record);
    at += 16 + length;
  }
  return records;
}

function checkSum(bytes: Buffer, masked: number): void {
  const rotated = (masked - 0xa282ead8) >>> 0;
  const expected = ((rotated << 15) | (rotated >>> 17)) >>> 0;
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  if ((crc ^ 0xffffffff) >>> 0 !== expected) throw new Error('a checksum is wrong');
}

export function decodeMessage(bytes: Buffer): WireMessage {
  const fields = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('a message was cut off');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('a message was cut off');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const values = fields.get(key >> 3) ?? [];
    fields.set(key >> 3, values);
    if ((key & 7) === 0) values.push(varint());
    else if ((key & 7) === 1) values.push(take(8));
    else if ((key & 7) === 2) values.push(take(Number(varint())));
    else if ((key & 7) === 5) values.push(take(4));
    else throw new Error(`wire type ${key & 7}`);
  }
  return fields;
}

export const bytesAt = (message: WireMessage, field: number): Buffer => message.get(field)![0] as Buffer;
export const messageAt = (message: WireMessage, field: number): WireMessage =>
  decodeMessage(bytesAt(message, field));
export const textAt = (message: WireMessage, field: number): string => bytesAt(message, field).toString();

/** The scalars of a file, each with its step. */
export function readScalars(path: string): { tag: string; step: number; value: number }[] {
  return readRecords(path).flatMap((record) => {
    const event = decodeMessage(record);
    if (!event.has(5)) return [];
    const step = Number(event.get(2)?.[0] ?? 0n);
    const values = messageAt(event, 5)
      .get(1)!
      .map((value) => decodeMessage(value as Buffer));
    return values
      .filter((value) => value.has(2))
      .map((value) => ({ tag: textAt(value, 1), step, value: bytesAt(value, 2).readFloatLE() }));
  });
}
