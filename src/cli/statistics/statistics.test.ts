import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRng } from '../../domain/random.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(300_000);

/** Two thirds tell of their label in one word of six; a tenth of the labels are wrong. */
function writeData(dir: string, name: string, n: number, seed: number): void {
  const rng = createRng(seed, n);
  const lines = Array.from({ length: n }, (_, i) => {
    const isRare = rng.uniform() < 0.3;
    const word = rng.uniform() < 0.67 ? (isRare ? 'cat' : 'red') : 'thing';
    const label = isRare !== rng.uniform() < 0.1 ? 'animal' : 'colour';
    return `__label__${label} ${word} ${'abcdefgh'[rng.integer(8)]} of ${'xyz'[rng.integer(3)]} ${name}${i}`;
  });
  writeFileSync(join(dir, name), `${lines.join('\n')}\n`);
}

t.test('the honest story of a search', async (t) => {
  const dir = t.testdir();
  writeData(dir, 'train.txt', 500, 1);
  writeData(dir, 'valid.txt', 200, 2);
  writeData(dir, 'test.txt', 150, 3);
  const hpo = (...args: string[]) => runInProcess(args, dir);
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await hpo(...args, '-f', 'json');
    t.equal(code, 0, stderr);
    return { record: JSON.parse(stdout), stderr };
  };
  const data = ['--train', 'train.txt', '--valid', 'valid.txt'];
  const search = await hpo('optimize', '--n-trials', '3', '--model', 'linear', ...data);
  t.equal(search.code, 0, search.stderr);

  await t.test('best tells how sure its value is and what to hold it against', async (t) => {
    const { record } = await json('best');
    const { statistics, values } = record;
    t.match(statistics, {
      metric: 'f0.5',
      documents: 200,
      smallestLabel: 'animal',
      resamples: 1000,
      rival: { role: 'runner-up', reason: null, comparedDocuments: 200 },
      defaults: { number: 0 },
      majority: { label: 'colour', value: 0 },
      threshold: null,
    });
    t.ok(statistics.low < values[0] && values[0] < statistics.high);
    t.ok(statistics.rival.probabilityBetter >= 0.4 && statistics.rival.probabilityBetter <= 1);
    t.equal(statistics.withinOneStandardError, statistics.trialsWithinOneStandardError.length);
    for (const key of ['prAuc', 'logLoss', 'brier', 'ece', 'temperature', 'scaledEce', 'f1AtThreshold'])
      t.type(statistics[key], 'number', key);
    const { stdout } = await hpo('best');
    for (const words of [
      /95 % interval +0\.\d+ – 0/,
      /runner-up +trial \d .*P\(better\) 0/,
      /always colour 0\.0000/,
    ])
      t.match(stdout, words);
  });

  await t.test('show tells the same of any trial, with its labels and confusions', async (t) => {
    const best = (await json('best')).record.number;
    const other = best === 0 ? 1 : 0;
    const { record } = await json('show', String(other));
    t.match(record.statistics.rival, { role: 'best', number: best });
    t.ok(record.statistics.rival.probabilityBetter <= 0.6);
    t.match(record.details.confusions[0], { gold: /animal|colour/, count: Number });
    const { stdout } = await hpo('show', String(other));
    t.match(stdout, /label report[\s\S]*SUPPORT[\s\S]*confusions\n[\s\S]*GOLD/);
  });

  await t.test('a test file is scored with the trial’s own model', async (t) => {
    const { record, stderr } = await json('best', '--test', 'test.txt');
    t.match(record.test, { documents: 150, overlap: { train: 0, valid: 0 }, unknownLabels: {} });
    t.ok(record.test.low < record.test.value && record.test.value < record.test.high);
    t.notMatch(stderr, /warning/);
    await hpo('best', '--export', 'model');
    const predicted = await hpo(
      ...['predict', '--model', 'model', '--input', 'test.txt', '--output', 'p.csv', '--metrics', 'm.json'],
    );
    t.equal(predicted.code, 0, predicted.stderr);
    t.match(predicted.stderr, new RegExp(`F0.5 ${record.test.value.toFixed(4)}`), 'as predict measures it');
    const shown = await hpo('show', String(record.number), '--test', 'test.txt');
    t.match(shown.stdout, /test value .*\n[\s\S]*test label report/);
    const best = await hpo('best', '--test', 'test.txt');
    t.match(best.stdout, /\S\n\ntest value .*\n/, 'an empty line before the test, not two');
  });

  await t.test('a test file that the search has seen, or with odd labels, is said to be so', async (t) => {
    const seen = await json('best', '--test', 'valid.txt');
    t.match(seen.stderr, /200 of 200 documents of valid\.txt are also in the validation set/);
    t.equal(seen.record.test.value, seen.record.values[0], 'the model scores as it was measured');
    t.equal(seen.record.test.standardError, seen.record.statistics.standardError);
    writeFileSync(join(dir, 'odd.txt'), '__label__planet pluto\n__label__animal cat a of x\n');
    const odd = await json('best', '--test', 'odd.txt');
    t.match(odd.record.test, { unknownLabels: { planet: 1 } });
    t.match(odd.stderr, /does not know, always missed: planet \(1\)/);
    writeFileSync(join(dir, 'other.txt'), '__label__planet pluto\n__label__star sun\n');
    const other = await hpo('best', '--test', 'other.txt');
    t.match(other, {
      code: 2,
      stdout: '',
      stderr: /no label that the model knows[\s\S]*it has: planet, star/,
    });
  });

  await t.test('what cannot be told is said, with the reason', async (t) => {
    const study = (await json('show')).record.uuid;
    const runner = (await json('best')).record.statistics.rival.number;
    rmSync(join(dir, 'runs', study, '0', String(runner)), { recursive: true });
    const { record } = await json('best');
    t.match(record.statistics.rival, { probabilityBetter: null, reason: /trial \d were not kept/ });
    t.match((await hpo('best')).stdout, /P\(better\) unknown: the predictions/);
    const noModel = await hpo('show', String(runner), '--test', 'test.txt');
    t.equal(noModel.code, 3);
    t.match(noModel.stderr, /no longer there/);
    for (const [args, words] of [
      [['best', '--test'], /no test file of its own/],
      [['best', '--test', 'missing.txt'], /missing\.txt/],
      [['show', '--test', 'test.txt'], /hpo show NUMBER --test/],
    ] as const) {
      const { code, stderr } = await hpo(...args);
      t.equal(code, 2, stderr);
      t.match(stderr, words);
    }
  });
});
