/** Bytes of a number, by the names that safetensors gives the formats. */
const NUMBER_BYTES: ReadonlyMap<string, number> = new Map([
  ...['F64', 'I64', 'U64'].map((name) => [name, 8] as const),
  ...['F32', 'I32', 'U32'].map((name) => [name, 4] as const),
  ...['F16', 'BF16', 'I16', 'U16'].map((name) => [name, 2] as const),
  ...['BOOL', 'I8', 'U8', 'F8_E4M3', 'F8_E5M2'].map((name) => [name, 1] as const),
]);

/** Undefined: no format that is known. */
export const bytesOfNumber = (dtype: string): number | undefined => NUMBER_BYTES.get(dtype);

/** The formats that weights are read from. */
export const FLOAT_TYPES = ['F64', 'F32', 'F16', 'BF16'] as const;
export type FloatType = (typeof FLOAT_TYPES)[number];

export const isFloatType = (dtype: string): dtype is FloatType =>
  (FLOAT_TYPES as readonly string[]).includes(dtype);

/** Little-endian numbers as float32, into `target` from `at`. The bytes need no alignment. */
export function decodeFloats(bytes: Uint8Array, type: FloatType, target: Float32Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[type];
  const size = bytesOfNumber(type)!;
  for (let i = 0; i * size < bytes.length; i++) target[at + i] = read(view, i * size);
}

const READERS: Readonly<Record<FloatType, (view: DataView, at: number) => number>> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => halfToNumber(view.getUint16(at, true)),
  BF16: (view, at) => bfloatToNumber(view.getUint16(at, true)),
};

/** IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 bits of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  word.setUint32(0, bits * 0x10000);
  return word.getFloat32(0);
}
