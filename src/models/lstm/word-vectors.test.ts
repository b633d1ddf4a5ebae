import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { handleOf, makeContext } from '../../testing/training-fixtures.ts';
import { createWordVocabulary } from '../../text/word-vocabulary.ts';
import { model } from './index.ts';
import { parseLstmParams } from './params.ts';
import { findFirstVectors, VECTOR_DEVIATION } from './word-vectors.ts';

const documents = Array.from({ length: 120 }, (_, i) => ({
  text: i % 2 ? `good fine w${i % 9}` : `bad poor w${i % 9}`,
  labels: [i % 2 ? 'up' : 'down'],
}));
const data = handleOf(documents);
const vocabulary = createWordVocabulary(['good', 'fine', 'bad', 'poor', 'never'], 'lp');

const deviationOf = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

t.test(
  'vectors of a file come to their words, at the scale of random ones; words without begin at random',
  async (t) => {
    const path = join(t.testdir(), 'words.vec');
    writeFileSync(path, '3 4\ngood 100 0 0 0\nbad 0 -100 0 0\nother 1 1 1 1\n');
    const settings = { engine: 'auto', device: 'auto', checkpointSeconds: 30, vectors: path } as const;
    const { values, dim, coverage } = await findFirstVectors(
      vocabulary,
      data,
      parseLstmParams({ embeddingDim: 9 }),
      settings,
      makeContext(),
    );
    t.same([dim, coverage], [4, 2 / 5]);
    const row = (word: string) => values!.subarray(4 * vocabulary.find(word), 4 * vocabulary.find(word) + 4);
    t.equal(row('good')[0], Math.fround(VECTOR_DEVIATION * 2), 'one number of four: twice the deviation');
    t.equal(row('bad')[1], -row('good')[0]!);
    t.ok(deviationOf(values!) > 0.5 * VECTOR_DEVIATION && deviationOf(values!) < 2 * VECTOR_DEVIATION);
    t.ok(row('poor').every((value) => value !== 0));
  },
);

t.test('fastText learns vectors in which words of a label are near each other', async (t) => {
  const settings = { engine: 'auto', device: 'auto', checkpointSeconds: 30, vectors: null } as const;
  const params = parseLstmParams({ embeddings: 'fasttext', embeddingDim: 8 });
  const find = () => findFirstVectors(vocabulary, data, params, settings, makeContext());
  const { values, coverage } = await find();
  t.equal(coverage, 4 / 5);
  const row = (word: string) => values!.subarray(8 * vocabulary.find(word), 8 * vocabulary.find(word) + 8);
  const cosine = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (deviationOf(a) * deviationOf(b) * a.length);
  t.ok(cosine(row('good'), row('fine')) > 0.5);
  t.ok(cosine(row('good'), row('bad')) < 0);
  t.same((await find()).values, values, 'the same seed, the same vectors');
});

t.test('a model with vectors trains, and says how many words they had', async (t) => {
  const params = { embeddings: 'fasttext', embeddingDim: 8, hiddenSize: 8, epochs: 5 };
  const trained = await model.train(params, { train: data, valid: data }, makeContext());
  t.equal(trained.metrics['accuracy'], 1);
  t.equal(trained.details['vectorCoverage'], 1);
  const settings = { vectors: '/no/such.vec' };
  const training = model.train(params, { train: data, valid: data }, makeContext({ settings }));
  await t.rejects(training, { message: /no\/such\.vec cannot be read/ });
});
