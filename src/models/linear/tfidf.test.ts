import t from 'tap';
import { createPace } from '../pace.ts';
import { createFeatureTable } from './feature-table.ts';
import { KINDS } from './fingerprint.ts';
import { readNgrams } from './ngrams.ts';
import { encodeDocuments, fitVocabulary, type SparseMatrix, type TfidfOptions } from './tfidf.ts';
import { tokenise } from './tokens.ts';

const OPTIONS: TfidfOptions = {
  wordNgrams: 2,
  charNgrams: null,
  charShare: 0.5,
  sublinear: true,
  minDf: 1,
  maxFeatures: 1000,
};
const TEXTS = ['red red fish', 'blue fish', 'one fish two fish'];

async function encode(train: readonly string[], texts: readonly string[], overrides: Partial<TfidfOptions>) {
  const options = { ...OPTIONS, ...overrides };
  const pace = createPace();
  const same = (text: string): string => text;
  const vocabulary = await fitVocabulary(await tokenise(train, same, pace), options, pace);
  const matrix = await encodeDocuments(await tokenise(texts, same, pace), vocabulary, options, pace);
  return { vocabulary, matrix };
}

/** A row's values in falling order, to 6 places, without the intercept's 1. */
function valuesOf({ offsets, values }: SparseMatrix, row: number): number[] {
  const own = [...values.subarray(offsets[row]!, offsets[row + 1]! - 1)];
  return own.sort((a, b) => b - a).map((value) => Number(value.toFixed(6)));
}

t.test("values equal scikit-learn's TfidfVectorizer", async (t) => {
  // TfidfVectorizer(token_pattern=r'\S+', ngram_range=(1, 2), sublinear_tf=…).fit_transform(TEXTS), sorted
  const { matrix } = await encode(TEXTS, TEXTS, {});
  t.same(valuesOf(matrix, 0), EXPECTED.sublinear[0]);
  t.same(valuesOf(matrix, 1), EXPECTED.sublinear[1]);
  t.same(valuesOf(matrix, 2), EXPECTED.sublinear[2]);
  const plain = await encode(TEXTS, TEXTS, { sublinear: false });
  t.same(valuesOf(plain.matrix, 0), EXPECTED.plain[0]);
  t.same(valuesOf(plain.matrix, 2), EXPECTED.plain[2]);
});

t.test("character n-grams equal scikit-learn's char_wb, short words included", async (t) => {
  // TfidfVectorizer(analyzer='char_wb', ngram_range=(2, 4), token_pattern=None).fit_transform(['a bc def'] …), sorted
  const texts = ['a bc def', 'def def привет'];
  const { matrix } = await encode(texts, texts, {
    wordNgrams: 0,
    charNgrams: { min: 2, max: 4 },
    sublinear: false,
  });
  t.same(valuesOf(matrix, 0), EXPECTED.chars[0]);
  t.same(valuesOf(matrix, 1), EXPECTED.chars[1]);
});

t.test('words and characters share the length of a vector as told', async (t) => {
  const { matrix } = await encode(TEXTS, TEXTS, { charNgrams: { min: 3, max: 3 }, charShare: 0.2 });
  for (let row = 0; row < 3; row++) {
    const squares = valuesOf(matrix, row).reduce((sum, value) => sum + value ** 2, 0);
    t.ok(Math.abs(squares - 1) < 1e-4, `squared length ${squares}`);
  }
  const words = await encode(TEXTS, TEXTS, {});
  const share = Math.max(...valuesOf(matrix, 1)) / Math.max(...valuesOf(words.matrix, 1));
  t.ok(Math.abs(share - Math.sqrt(0.8)) < 1e-4, 'the words have the root of 0.8');
});

t.test('features are numbered by falling document frequency and bounded', async (t) => {
  const { vocabulary, matrix } = await encode(TEXTS, TEXTS, {});
  t.same(
    [...vocabulary.idf],
    [...vocabulary.idf].sort((a, b) => a - b),
  );
  t.equal(matrix.indices[0] === 0, false, '"red" is not the most frequent');
  t.equal((await encode(TEXTS, TEXTS, { maxFeatures: 1 })).vocabulary.idf.length, 1);
  const common = await encode(TEXTS, TEXTS, { minDf: 2 });
  t.equal(common.vocabulary.idf.length, 1, 'only "fish" is in two documents');
  t.same(valuesOf(common.matrix, 1), [1]);
});

t.test('a text of unknown words has its intercept only', async (t) => {
  const { matrix } = await encode(TEXTS, ['green', ''], {});
  t.same([...matrix.offsets], [0, 1, 2]);
  t.same([...matrix.values], [1, 1]);
  t.same([...matrix.indices], [matrix.columns - 1, matrix.columns - 1]);
});

t.test('different n-grams get different numbers, 300,000 of them', async (t) => {
  const table = createFeatureTable(1 << 20, 8);
  const words = Array.from({ length: 300_000 }, (_, i) => `${(i * 7919) % 300_007}x${i % 3}`);
  const corpus = await tokenise([words.join(' ')], (text) => text, createPace());
  const reader = await readNgrams(corpus, { wordNgrams: 1, charNgrams: null }, table.add, createPace());
  const into = { features: new Int32Array(1) };
  t.equal(reader.read(0, 'word', into), words.length);
  t.equal(table.size, new Set(words).size);
  t.not(KINDS.word, KINDS.char);
});

t.test('a full table leaves new features out and keeps finding the old ones', async (t) => {
  const table = createFeatureTable(2);
  t.same([table.add(1, 1), table.add(1, 2), table.add(2, 1), table.add(1, 1)], [0, 1, -1, 0]);
  t.same([table.find(1, 2), table.find(2, 1)], [1, -1]);
  t.same([...table.fingerprints()], [1, 1, 1, 2]);
});

const EXPECTED = {
  sublinear: [
    [0.741385, 0.437874, 0.437874, 0.258615],
    [0.652491, 0.652491, 0.385372],
    [0.408248, 0.408248, 0.408248, 0.408248, 0.408248, 0.408248],
  ],
  plain: [
    [0.793749, 0.396875, 0.396875, 0.2344],
    [0.652491, 0.652491, 0.385372],
    [0.467094, 0.39543, 0.39543, 0.39543, 0.39543, 0.39543],
  ],
  chars: [
    [
      0.271601, 0.271601, 0.271601, 0.271601, 0.271601, 0.271601, 0.271601, 0.271601, 0.271601, 0.193246,
      0.193246, 0.193246, 0.193246, 0.193246, 0.193246, 0.193246, 0.193246, 0.193246,
    ],
    [
      0.236432, 0.236432, 0.236432, 0.236432, 0.236432, 0.236432, 0.236432, 0.236432, 0.236432, 0.166149,
      0.166149, 0.166149, 0.166149, 0.166149, 0.166149, 0.166149, 0.166149, 0.166149, 0.166149, 0.166149,
      0.166149, 0.166149, 0.166149, 0.166149, 0.166149, 0.166149, 0.166149,
    ],
  ],
};
