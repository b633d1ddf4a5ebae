// A plain container of named arrays: 'HPOW', the length of a JSON header (uint32, little-endian), the header, then the
// float32 arrays one after another in its order.
import { HpoError } from '../domain/errors.ts';
import type { Weights } from './network.ts';

/** These bytes are no weights, or those of another network. */
export class WeightsError extends HpoError {}

const MAGIC = 'HPOW';
const PREFIX = 8;

interface Header {
  readonly arrays: readonly { readonly name: string; readonly length: number }[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** @param facts whatever JSON belongs to the arrays */
export function packWeights(weights: Weights, facts: Header['facts'] = {}): Uint8Array {
  const arrays = Object.entries(weights).map(([name, { length }]) => ({ name, length }));
  const text = JSON.stringify({ arrays, facts } satisfies Header);
  // Padded, so that the floats start on a multiple of four.
  const header = new TextEncoder().encode(text + ' '.repeat((4 - (Buffer.byteLength(text) % 4)) % 4));
  const total = arrays.reduce((sum, { length }) => sum + length * 4, PREFIX + header.length);
  const bytes = new Uint8Array(total);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(4, header.length, true);
  bytes.set(header, PREFIX);
  let at = PREFIX + header.length;
  for (const values of Object.values(weights)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** @throws WeightsError when the bytes are not such a container, or cut short */
export function unpackWeights(bytes: Uint8Array): Weights {
  return unpack(bytes).weights;
}

export function unpack(bytes: Uint8Array): { readonly weights: Weights; readonly facts: Header['facts'] } {
  const { header, start } = readHeader(bytes);
  const weights: Record<string, Float32Array> = {};
  let at = start;
  for (const { name, length } of header.arrays) {
    const end = at + length * 4;
    if (!(length >= 0) || end > bytes.length) throw new WeightsError(`The weights end within "${name}".`);
    weights[name] = new Float32Array(Uint8Array.from(bytes.subarray(at, end)).buffer);
    at = end;
  }
  if (at !== bytes.length) throw new WeightsError(`${bytes.length - at} bytes follow the last weight.`);
  return { weights, facts: header.facts };
}

function readHeader(bytes: Uint8Array): { readonly header: Header; readonly start: number } {
  const text = new TextDecoder();
  if (bytes.length < PREFIX || text.decode(bytes.subarray(0, 4)) !== MAGIC)
    throw new WeightsError('These are no saved weights.');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (PREFIX + length > bytes.length) throw new WeightsError('The header of the weights is cut short.');
  try {
    const header = JSON.parse(text.decode(bytes.subarray(PREFIX, PREFIX + length))) as Header;
    if (!Array.isArray(header.arrays)) throw new Error('no list of arrays');
    return { header, start: PREFIX + length };
  } catch (cause) {
    throw new WeightsError('The header of the weights cannot be read.', { cause });
  }
}
