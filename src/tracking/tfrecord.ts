import { maskedCrc32c } from './crc32c.ts';

/**
 * One record of a TFRecord file: its length (uint64), the length's checksum, the bytes, their checksum; all little-endian.
 */
export function frameRecord(bytes: Uint8Array): Buffer {
  const frame = Buffer.alloc(8 + 4 + bytes.length + 4);
  frame.writeBigUInt64LE(BigInt(bytes.length), 0);
  frame.writeUInt32LE(maskedCrc32c(frame.subarray(0, 8)), 8);
  frame.set(bytes, 12);
  frame.writeUInt32LE(maskedCrc32c(bytes), 12 + bytes.length);
  return frame;
}
