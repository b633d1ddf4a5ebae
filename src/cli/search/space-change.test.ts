import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeDemo } from '../../datasets/index.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(600_000);

const DATA = ['--model', 'fasttext', '--train', 'train.txt', '--valid', 'valid.txt'];
const SMALL = ['dim=10', 'epoch=5', 'wordNgrams=1', 'minn=0'].flatMap((fixed) => ['--fix', fixed]);

t.test('bounds change in place, choices in a copy, and old trials come along', async (t) => {
  const dir = t.testdir();
  await writeDemo(dir, { documents: 240, seed: 1 });
  const hpo = (...args: string[]) => runInProcess(args, dir);
  const trialsOf = async (study: string) =>
    JSON.parse((await hpo('trials', '--study', study, '-f', 'json')).stdout);
  const first = await hpo('optimize', '--study', 'one', '--n-trials', '2', ...DATA, ...SMALL);
  t.equal(first.code, 0, first.stderr);
  await hpo('enqueue', '--study', 'one', 'lr=0.3', 'loss=ova');

  writeFileSync(join(dir, 'wider.yaml'), 'lr: { low: 0.001, high: 9 }\n');
  const wider = await hpo('optimize', '--study', 'one', '--n-trials', '1', '--space', 'wider.yaml');
  t.equal(wider.code, 0, wider.stderr);
  t.match(
    wider.stderr,
    /the search space changes: lr: float .* now float 0\.001…9.*; 3 of 3 trials lie in it/,
  );

  writeFileSync(join(dir, 'choices.yaml'), 'loss: [ova, softmax]\nlr: { low: 0.001, high: 9 }\n');
  const choices = ['optimize', '--study', 'one', '--n-trials', '1', '--space', 'choices.yaml'];
  const refused = await hpo(...choices);
  t.equal(refused.code, 2);
  t.match(
    refused.stderr,
    /choices and types of its parameters stay\n.*loss: .*\n.*loss\n {2}fix: .*--copy-to NAME/,
  );
  const before = await trialsOf('one');
  const copied = await hpo(...choices, '--copy-to', 'two');
  t.equal(copied.code, 0, copied.stderr);
  t.match(copied.stderr, /study two: a copy with 3 trials of one/);
  const after = await trialsOf('two');
  t.equal(after.length, 4);
  const essence = ({ number, state, values, params }: Record<string, unknown>) => ({
    number,
    state,
    values,
    params,
  });
  t.same(after.slice(0, 3).map(essence), before.map(essence), 'each choice has kept its meaning');
  t.equal((await trialsOf('one')).length, 3, 'the old study stays as it was');
  t.match(await hpo(...choices, '--copy-to', 'two'), { code: 2, stderr: /"two" exists already/ });
});
