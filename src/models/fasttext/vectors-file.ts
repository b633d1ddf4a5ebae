import { open } from 'node:fs/promises';
import { FloatText } from './float-text.ts';
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
    const vectorOf = wordVectors({ args, words, input });
    const text = new FloatText();
    for (const [i, { bytes }] of words.entries()) {
      text.append(bytes);
      text.appendNumbers(vectorOf(i));
      // The official program leaves a space at the end.
      text.append(LINE_END);
      if (i % 1024 === 1023) await file.writeFile(text.take());
    }
    await file.writeFile(text.take());
  } finally {
    await file.close();
  }
}

const LINE_END = Buffer.from(' \n');

/** Word number → the mean of its rows. The result is reused. */
export function wordVectors({
  args,
  words,
  input,
}: Pick<ModelContent, 'args' | 'words' | 'input'>): (word: number) => Float32Array {
  const own = Int32Array.from(words, (_, row) => row);
  const rows = listWordRows(toWordList(words), new Uint8Array(words.length), own, words.length, args);
  const average = rowAverager(input);
  return (word) => average(rows.rows.subarray(rows.starts[word]!, rows.starts[word + 1]!));
}

/** The words as a list; counts are not needed. */
export function toWordList(words: readonly Pick<Entry, 'bytes'>[]): WordList {
  const starts = new Int32Array(words.length + 1);
  for (const [i, { bytes }] of words.entries()) starts[i + 1] = starts[i]! + bytes.length;
  return {
    bytes: Buffer.concat(words.map(({ bytes }) => bytes)),
    starts,
    hashes: Int32Array.from(words, ({ bytes }) => hashBytes(bytes, 0, bytes.length)),
    counts: new Float64Array(words.length),
  };
}

/** Takes means of rows: sums in order in float32, then one multiplication, as the kernel does. The result is reused. */
function rowAverager(matrix: RowSource): (rows: Int32Array) => Float32Array {
  const sum = new Float32Array(matrix.dim);
  const row = new Float32Array(matrix.dim);
  return (rows) => {
    sum.fill(0);
    for (const index of rows) {
      matrix.read(index, 1, row);
      for (let j = 0; j < sum.length; j++) sum[j] = sum[j]! + row[j]!;
    }
    const scale = Math.fround(1 / rows.length);
    for (let j = 0; j < sum.length; j++) sum[j] = sum[j]! * scale;
    return sum;
  };
}
