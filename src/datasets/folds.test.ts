import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Document } from '../domain/dataset.ts';
import type { StudyData } from '../domain/study.ts';
import { describeData } from './describe-data.ts';
import { openFolds } from './folds.ts';

/** Each file is given as lines in fastText's format. */
async function makeData(
  t: Test,
  files: { train: string[]; valid?: string[]; test?: string[] },
  dedupe = true,
): Promise<StudyData> {
  const dir = t.testdir();
  const describe = async (name: string, lines: string[] | undefined) => {
    if (lines === undefined) return null;
    const path = join(dir, `${name}.txt`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return describeData(path);
  };
  return {
    train: (await describe('train', files.train))!,
    valid: await describe('valid', files.valid),
    test: await describe('test', files.test),
    validFraction: 0.2,
    dedupe,
  };
}

/** `count` texts of a label, all different. */
const texts = (label: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `__label__${label} ${label} text ${i}`);

const textsOf = (documents: readonly Document[]): string[] => documents.map(({ text }) => text).sort();

async function readFolds(data: StudyData, options: { count: number; seed: number }) {
  const { folds, all } = openFolds(data, options);
  const read = async ({ train, valid }: (typeof folds)[number]) => ({
    train: (await train.read()).documents,
    valid: (await valid.read()).documents,
  });
  return { folds: await Promise.all(folds.map(read)), all: (await all.read()).documents };
}

t.test('every training and validation document is held out exactly once, each label evenly', async (t) => {
  const data = await makeData(t, { train: [...texts('a', 20), ...texts('b', 8)], valid: texts('c', 4) });
  const { folds, all } = await readFolds(data, { count: 4, seed: 7 });
  t.equal(all.length, 32);
  t.same(textsOf(folds.flatMap(({ valid }) => valid)), textsOf(all));
  for (const { train, valid } of folds) {
    t.same(textsOf([...train, ...valid]), textsOf(all), 'what is held out is not trained on');
    const counts = ['a', 'b', 'c'].map((label) => valid.filter(({ labels }) => labels[0] === label).length);
    t.same(counts, [5, 2, 1]);
  }
});

t.test('folds depend on the seed alone, and each set has a hash of its own', async (t) => {
  const data = await makeData(t, { train: [...texts('a', 12), ...texts('b', 12)] });
  const held = async (seed: number) =>
    (await readFolds(data, { count: 3, seed })).folds.map(({ valid }) => textsOf(valid));
  t.same(await held(1), await held(1));
  t.notSame(await held(1), await held(2));
  const hashes = [1, 2].flatMap((seed) => {
    const { folds, all } = openFolds(data, { count: 3, seed });
    return [all, ...folds.flatMap(({ train, valid }) => [train, valid])].map(({ sha256 }) => sha256);
  });
  t.equal(new Set(hashes).size, 14);
});

t.test('equal texts stay together, and a text of the test set is in no fold', async (t) => {
  const twins = Array.from({ length: 3 }, () => '__label__a the same  Text');
  const files = {
    train: [...twins, ...texts('a', 9), ...texts('b', 9)],
    valid: ['__label__a A text 0', '__label__b b text 1'],
    test: ['__label__b b text 1', '__label__b b text 2'],
  };
  const { folds, all } = await readFolds(await makeData(t, files), { count: 3, seed: 7 });
  t.equal(all.length, 3 + 8 + 7 + 1, 'a validation text is dropped from training, a test text from both');
  const homes = folds.filter(({ valid }) => valid.some(({ text }) => text.startsWith('the same')));
  t.equal(homes.length, 1);
  const asIs = await readFolds(await makeData(t, files, false), { count: 3, seed: 7 });
  t.equal(asIs.all.length, 23);
});

t.test('several labels a document are spread as evenly', async (t) => {
  const lines = Array.from({ length: 60 }, (_, i) => {
    const labels = [i % 2 ? '__label__odd' : '__label__even', ...(i % 6 === 0 ? ['__label__six'] : [])];
    return `${labels.join(' ')} text number ${i}`;
  });
  const { folds } = await readFolds(await makeData(t, { train: lines }), { count: 5, seed: 3 });
  for (const { valid } of folds) {
    t.equal(valid.filter(({ labels }) => labels.includes('six')).length, 2);
    t.equal(valid.filter(({ labels }) => labels.includes('odd')).length, 6);
  }
});

t.test('what cannot be dealt is refused, and what is odd is said', async (t) => {
  const data = await makeData(t, { train: ['__label__a one', '__label__b two', '__label__b Two'] });
  const { all, readWarnings } = openFolds(data, { count: 3, seed: 1 });
  await t.rejects(all.read(), { message: '3 documents cannot be dealt into 3 folds.' });
  await t.rejects(readWarnings());
  const rare = await makeData(t, { train: [...texts('a', 9), ...texts('b', 2)] });
  t.match(await openFolds(rare, { count: 3, seed: 1 }).readWarnings(), [
    /fewer documents than the 3 folds.*: b$/,
  ]);
});
