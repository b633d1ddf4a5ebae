import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Dataset } from '../../domain/dataset.ts';
import { UsageError } from '../../domain/errors.ts';
import { evaluate } from '../../metrics/index.ts';
import { describeData, readDataset, summarizeDataset, writeDemo } from '../index.ts';

const NAMES = ['train.txt', 'valid.txt', 'test.txt', 'test.csv'];

async function readDemo(dir: string, name: string): Promise<Dataset> {
  return (await readDataset(await describeData(join(dir, name)))).dataset;
}

t.test('the demo set is imbalanced, of two scripts, and says what it wrote', async (t) => {
  const dir = join(t.testdir(), 'demo');
  const files = await writeDemo(dir);
  t.same(
    files.map(({ path }) => path),
    NAMES.map((name) => join(dir, name)),
  );
  const counts = files.map(({ documents }) => documents);
  t.equal(counts[0]! + counts[1]! + counts[2]!, 4000);
  t.ok(Math.abs(counts[0]! - 2800) < 20 && counts[2] === counts[3], `${counts}`);
  const summary = summarizeDataset(await readDemo(dir, 'train.txt'));
  t.equal(summary.nLabels, 6);
  t.equal(summary.multiLabel, false);
  t.equal(summary.labels.at(-1)!.label, 'fraud');
  t.ok(summary.labels.at(-1)!.share > 0.015 && summary.labels.at(-1)!.share < 0.035);
  t.ok(summary.scripts.cyrillic > 0.4 && summary.scripts.latin > 0.4);
  t.ok(summary.duplicates < 0.03 * summary.documents, 'hardly a message twice');
  const table = await readDemo(dir, 'test.csv');
  t.same(table.documents, (await readDemo(dir, 'test.txt')).documents, 'both test files say the same');
});

t.test('the seed decides every byte', async (t) => {
  const dir = t.testdir();
  const hash = async (name: string, seed: number): Promise<string[]> => {
    await writeDemo(join(dir, name), { documents: 300, seed });
    return NAMES.map((file) =>
      createHash('sha256')
        .update(readFileSync(join(dir, name, file)))
        .digest('hex'),
    );
  };
  const first = await hash('a', 1);
  t.same(await hash('b', 1), first);
  t.not((await hash('c', 2))[0], first[0]);
  await t.rejects(writeDemo(join(dir, 'd'), { documents: 5 }), UsageError);
});

const fasttext = '/usr/bin/fasttext';
const missing = !existsSync(fasttext) && !process.env['HPO_REQUIRE_SERVICES'];
t.test(
  'fastText with its defaults leaves much to gain, and good settings gain it',
  { skip: missing && 'the official fasttext is not installed' },
  async (t) => {
    const dir = t.testdir();
    await writeDemo(dir);
    const train = await readDemo(dir, 'train.txt');
    const test = await readDemo(dir, 'test.txt');
    const macroF1 = (...settings: string[]): number => {
      const model = join(dir, 'model');
      execFileSync(
        fasttext,
        ['supervised', '-input', join(dir, 'train.txt'), '-output', model, '-thread', '1', ...settings],
        { stdio: 'ignore' },
      );
      const output = execFileSync(fasttext, ['predict', `${model}.bin`, join(dir, 'test.txt')], {
        encoding: 'utf8',
      });
      const indices = (labels: readonly string[]): number[][] =>
        labels.map((label) => [train.labels.indexOf(label)]);
      return evaluate(
        indices(test.documents.map(({ labels }) => labels[0]!)),
        indices(
          output
            .trim()
            .split('\n')
            .map((line) => line.replace('__label__', '')),
        ),
        {
          labels: train.labels,
          multiLabel: false,
          objective: { metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null },
        },
      )['macroF1']!;
    };
    const plain = macroF1('-bucket', '0');
    const tuned = macroF1(
      '-lr',
      '0.5',
      '-epoch',
      '25',
      '-dim',
      '30',
      '-bucket',
      '100000',
      '-wordNgrams',
      '2',
    );
    t.comment(`macro F1: defaults ${plain.toFixed(3)}, tuned ${tuned.toFixed(3)}`);
    t.ok(plain > 0.5 && plain < 0.8, `${plain}`);
    t.ok(tuned > 0.84 && tuned < 0.97, `${tuned}`);
  },
);
