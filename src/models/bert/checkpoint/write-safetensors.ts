import { open } from 'node:fs/promises';

/** Float32 numbers, row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Writes a new file with the tensors in order of their names, as Hugging Face's own writer does. */
export async function writeSafetensors(path: string, tensors: readonly NamedTensor[]): Promise<void> {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const file = await open(path, 'wx');
  try {
    const header = formatHeader(sorted);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    await file.writeFile(length);
    await file.writeFile(header);
    for (const { values } of sorted) {
      await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  } finally {
    await file.close();
  }
}

function formatHeader(tensors: readonly NamedTensor[]): Buffer {
  // transformers refuses a file that does not say which framework's layout it has.
  const entries: [string, unknown][] = [['__metadata__', { format: 'pt' }]];
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const end = offset + values.byteLength;
    entries.push([name, { dtype: 'F32', shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const text = JSON.stringify(Object.fromEntries(entries));
  // Spaces up to a multiple of 8, so that the numbers can be mapped into memory as they are.
  return Buffer.from(
    text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 - (Buffer.byteLength(text) - text.length)),
  );
}
