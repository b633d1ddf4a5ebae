import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeDemo } from '../../datasets/index.ts';
import { FASTTEXT, skipWithoutFastText } from '../../testing/fasttext-peer.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(600_000);

const DATA = ['--model', 'fasttext', '--train', 'train.txt', '--valid', 'valid.txt'];
const fix = (...fixed: string[]): string[] => fixed.flatMap((one) => ['--fix', one]);
const SMALL = fix('dim=10', 'epoch=8', 'wordNgrams=1', 'minn=0', 'lr=0.5', 'minCount=1', 'oversample=0.5');

t.test('hs and ns are searched where they are named, and from there on like any loss', async (t) => {
  const dir = t.testdir();
  await writeDemo(dir, { documents: 240, seed: 1 });
  const hpo = (...args: string[]) => runInProcess(args, dir);

  await t.test(
    'fixed: the best model is exported, predicts, and the official program reads it',
    async (t) => {
      const search = await hpo(
        'optimize',
        '--study',
        'tree',
        '--n-trials',
        '1',
        ...DATA,
        ...SMALL,
        ...fix('loss=hs'),
      );
      t.equal(search.code, 0, search.stderr);
      t.equal((await hpo('best', '--study', 'tree', '--export', 'model')).code, 0);
      const facts = JSON.parse(readFileSync(join(dir, 'model', 'model.json'), 'utf8'));
      t.equal(facts.args.loss, 'hs');
      const files = ['--input', 'test.txt', '--output', 'ours.csv', '--normalised', 'lines.txt'];
      const predict = await hpo('predict', '--model', 'model', ...files);
      t.equal(predict.code, 0, predict.stderr);
      if (skipWithoutFastText !== false) return t.comment(skipWithoutFastText);
      const theirs = spawnSync(FASTTEXT, ['predict', 'model/model.bin', 'lines.txt'], {
        cwd: dir,
        encoding: 'utf8',
      });
      const [, ...ours] = readFileSync(join(dir, 'ours.csv'), 'utf8').trimEnd().split('\n');
      t.same(
        ours.map((line) => `__label__${line.split(',')[0]}`),
        theirs.stdout.trimEnd().split('\n'),
      );
    },
  );

  await t.test('a study file searches ns, and neg with it', async (t) => {
    writeFileSync(
      join(dir, 'study.yaml'),
      'study: few\nmodel: fasttext\ndata: { train: train.txt, valid: valid.txt }\n' +
        'space:\n  loss: [ns]\n  neg: { low: 2, high: 9 }\n',
    );
    const search = await hpo('optimize', '--study-file', 'study.yaml', '--n-trials', '1', ...SMALL);
    t.equal(search.code, 0, search.stderr);
    const [trial] = JSON.parse((await hpo('trials', '--study', 'few', '-f', 'json')).stdout);
    t.match(trial, { state: 'complete', params: { loss: 'ns', neg: Number } });
    t.ok(trial.params.neg >= 2 && trial.params.neg <= 9);
  });

  await t.test('what cannot be is told', async (t) => {
    const unknown = await hpo('optimize', '--study', 'no', '--n-trials', '1', ...DATA, ...fix('loss=hinge'));
    t.match(unknown, { code: 2, stderr: /loss = "hinge" is outside its range[\s\S]*softmax/ });
    const idle = await hpo('create-study', '--study', 'idle', ...DATA, ...fix('neg=7', 'loss=hs'));
    t.match(idle, { code: 0, stderr: /neg is fixed, but takes no part: it needs loss ns/ });
    const later = ['optimize', '--study', 'tree', '--n-trials', '1', ...fix('loss=ns')];
    t.match(await hpo(...later), { code: 2, stderr: /its parameters stay[\s\S]*--copy-to NAME/ });
  });
});
