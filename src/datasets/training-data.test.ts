import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { DataError, UsageError } from '../domain/errors.ts';
import type { DataRef, StudyData } from '../domain/study.ts';
import { describeData, openTrainingData } from './index.ts';

async function refOf(t: Test, name: string, lines: readonly string[]): Promise<DataRef> {
  const path = join(t.testdirName, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return describeData(path);
}

async function dataOf(
  t: Test,
  train: readonly string[],
  patch: {
    valid?: readonly string[];
    test?: readonly string[];
    dedupe?: boolean;
    validFraction?: number;
  } = {},
): Promise<StudyData> {
  t.testdir({});
  return {
    train: await refOf(t, 'train.txt', train),
    valid: patch.valid ? await refOf(t, 'valid.txt', patch.valid) : null,
    test: patch.test ? await refOf(t, 'test.txt', patch.test) : null,
    validFraction: patch.validFraction ?? 0.2,
    dedupe: patch.dedupe ?? true,
  };
}

const hundred = Array.from(
  { length: 100 },
  (_, i) => `__label__${i % 4 === 0 ? 'rare' : 'common'} text ${i}`,
);

t.test('training documents whose text is in the validation or test set are dropped and told', async (t) => {
  const train = [
    '__label__a  Same   TEXT',
    '__label__b in test too',
    '__label__a cafe\u0301',
    '__label__a stays',
    '__label__b stays as well',
  ];
  const others = {
    valid: ['__label__a same text', '__label__a caf\u00e9'],
    test: ['__label__b In Test Too'],
  };
  const {
    train: kept,
    overlapDropped,
    warnings,
  } = await openTrainingData(await dataOf(t, train, others), 1).readSplit();
  t.same(
    kept.documents.map(({ text }) => text),
    ['stays', 'stays as well'],
  );
  t.equal(overlapDropped, 3);
  t.match(warnings(), [/validation or test set, left out: 3/]);
  const all = await openTrainingData(await dataOf(t, train, { ...others, dedupe: false }), 1).train.read();
  t.equal(all.documents.length, 5, 'unless it is not wanted');
});

t.test('without a validation file a stratified share is held out, the same for a seed', async (t) => {
  const data = await dataOf(t, hundred);
  const read = (seed: number) => openTrainingData(data, seed).readSplit();
  const { train, valid } = await read(1);
  t.same([train.documents.length, valid.documents.length], [80, 20]);
  t.equal(valid.documents.filter(({ labels }) => labels[0] === 'rare').length, 5);
  t.same((await read(1)).valid, valid);
  t.notSame((await read(2)).valid, valid);
});

t.test('hashes are known without reading and name the documents', async (t) => {
  const data = await dataOf(t, hundred, { test: ['__label__rare x'] });
  const hashes = (patch: Partial<StudyData>, seed = 1): [string, string] => {
    const { train, valid } = openTrainingData({ ...data, ...patch }, seed);
    return [train.sha256, valid.sha256];
  };
  const [train, valid] = hashes({});
  t.match(train, /^[0-9a-f]{64}$/);
  t.not(train, valid);
  t.same(hashes({ train: { ...data.train, path: '/elsewhere' } }), [train, valid], 'the path says nothing');
  t.same(hashes({ test: null })[1], valid, 'the test set does not change what is held out');
  t.not(hashes({ test: null })[0], train, 'but what is left to train on');
  for (const changed of [
    hashes({}, 2),
    hashes({ validFraction: 0.3 }),
    hashes({ train: { ...data.train, options: { labelPrefix: '#' } } }),
  ]) {
    t.not(changed[0], train);
    t.not(changed[1], valid);
  }
  const given = { valid: data.test };
  t.same(hashes(given, 1), hashes(given, 2), 'with a validation file the seed plays no part');
});

t.test('both handles share one read', async (t) => {
  const handles = openTrainingData(await dataOf(t, hundred), 1);
  const [train, again] = [await handles.train.read(), await handles.train.read()];
  t.equal(train, again);
  t.equal((await handles.readSplit()).valid, await handles.valid.read());
});

t.test('bad lines, contradictions and unknown labels are told', async (t) => {
  const { readSplit } = openTrainingData(
    await dataOf(t, [...hundred, 'no label', '__label__rare Text 1'], {
      valid: ['__label__new x', '__label__rare y'],
    }),
    1,
  );
  t.match((await readSplit()).warnings(), [
    /train\.txt: lines with problems: 1 left out; the first is line 101: no word/,
    /different labels: 1/,
    /lacks \(always missed\): new/,
  ]);
});

t.test('data that nothing can be learnt from is refused', async (t) => {
  const read = async (train: readonly string[], patch = {}) =>
    openTrainingData(await dataOf(t, train, patch), 1).train.read();
  await t.rejects(read(['__label__a x', '__label__a y'], { valid: ['__label__a z'] }), /only one label, "a"/);
  await t.rejects(read(['__label__a x', '__label__b y'], { validFraction: 0.1 }), /too few documents/);
  await t.rejects(
    read(['__label__a x', '__label__b y'], { valid: ['__label__a x', '__label__b y'] }),
    DataError,
  );
  await t.rejects(read(hundred, { validFraction: 1 }), UsageError);
});
