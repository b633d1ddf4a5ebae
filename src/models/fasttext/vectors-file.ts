import { open } from 'node:fs/promises';
import type { Entry, ModelContent, RowSource } from './model-file.ts';
import { listWordRows } from './subwords.ts';
import { hashBytes, type WordList } from './vocabulary.ts';

/**
 * Writes the word vectors as text: `count dimensions`, then a word a line with its vector, the mean of its own row and
 * those of its character n-grams, at five significant digits.
 */
export async function writeVectorsFile(path: string, { args, words, input }: ModelContent): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(`${words.length} ${args.dim}\n`);
    const list = toWordList(words);
    const own = Int32Array.from(words, (_, row) => row);
    const rows = listWordRows(list, new Uint8Array(words.length), own, words.length, args);
    let pending: Buffer[] = [];
    for (const [i, { bytes }] of words.entries()) {
      const vector = meanOfRows(input, rows.rows.subarray(rows.starts[i]!, rows.starts[i + 1]!));
      pending.push(Buffer.from(bytes), Buffer.from(` ${formatVector(vector)}\n`));
      if (pending.length < 4096) continue;
      await file.writeFile(Buffer.concat(pending));
      pending = [];
    }
    await file.writeFile(Buffer.concat(pending));
  } finally {
    await file.close();
  }
}

/** The words as a list; counts are not needed. */
function toWordList(words: readonly Entry[]): WordList {
  const starts = new Int32Array(words.length + 1);
  for (const [i, { bytes }] of words.entries()) starts[i + 1] = starts[i]! + bytes.length;
  return {
    bytes: Buffer.concat(words.map(({ bytes }) => bytes)),
    starts,
    hashes: Int32Array.from(words, ({ bytes }) => hashBytes(bytes, 0, bytes.length)),
    counts: new Float64Array(words.length),
  };
}

/** Sums in order in float32, then one multiplication, as the kernel does. */
function meanOfRows(matrix: RowSource, rows: Int32Array): Float32Array {
  const sum = new Float32Array(matrix.dim);
  const row = new Float32Array(matrix.dim);
  for (const index of rows) {
    matrix.read(index, 1, row);
    for (let j = 0; j < sum.length; j++) sum[j] = sum[j]! + row[j]!;
  }
  const scale = Math.fround(1 / rows.length);
  return sum.map((x) => x * scale);
}

/** Each value with a space behind it, the last one too. */
function formatVector(vector: Float32Array): string {
  let text = '';
  for (const x of vector) text += `${formatFloat(x)} `;
  return text;
}

/** As C's `%.5g`: five significant digits, no trailing zeros, an exponent of at least two digits. */
export function formatFloat(x: number): string {
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'nan' : x < 0 ? '-inf' : 'inf';
  const [mantissa, exponent] = roundToFiveDigits(x).split('e') as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 5) {
    return `${trimZeros(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return trimZeros(Number(`${mantissa}e${power}`).toFixed(4 - power));
}

/** C rounds an exact tie to the even digit, JavaScript away from zero. */
function roundToFiveDigits(x: number): string {
  const rounded = x.toExponential(4);
  const exact = x.toExponential(5);
  if (Number(exact) !== x || !/5e/.test(exact)) return rounded;
  const down = exact.replace(/5e/, 'e');
  return /[02468]e/.test(down) ? down : rounded;
}

const trimZeros = (digits: string): string => (digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits);
