import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeDemo } from '../../datasets/index.ts';
import { runCompiledHpo } from '../../testing/compiled-hpo.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(300_000);
const SLOW = { timeout: 200_000 };
const LINEAR = ['--model', 'linear', '--train', 'train.txt', '--valid', 'valid.txt'];
const SMALL = ['--fix', 'charNgrams=false', '--fix', 'wordNgrams=1'];

interface Trial {
  readonly state: string;
  readonly values: readonly number[];
  readonly intermediate: readonly (readonly [number, number])[];
}

t.test('a study of folds: mean values, paired pruning, a model that has seen everything', SLOW, async (t) => {
  const cwd = t.testdir();
  await writeDemo(cwd, { documents: 240, seed: 1 });
  const hpo = (...args: string[]) => runInProcess(args, cwd);
  const found = await runCompiledHpo(['optimize', '--folds', '4', '--n-trials', '3', ...LINEAR, ...SMALL], {
    cwd,
  });
  t.equal(found.code, 0, found.stderr);
  t.match(found.stderr, /maximize macro F0\.5 over 4 folds/);
  t.match(found.stderr, /\b204 training documents/, 'both files together');
  t.match(found.stdout, /^best: trial \d+ {2}macro F0\.5 0\.\d+ ± 0\.\d+ over 4 folds/);

  const trials: Trial[] = JSON.parse((await hpo('trials', '-f', 'json')).stdout);
  const complete = trials.filter(({ state }) => state === 'complete');
  t.ok(complete.length >= 2);
  for (const { intermediate, values } of complete) {
    t.same(
      intermediate.map(([step]) => step),
      [1, 2, 3, 4],
    );
    const mean = intermediate.reduce((sum, [, value]) => sum + value / 4, 0);
    t.ok(Math.abs(values[0]! - mean) < 1e-12, 'a step holds its own fold, not the running mean');
  }
  const study = await hpo('optimize', '--print-config', '-f', 'json');
  t.match(
    JSON.parse(study.stdout).find(({ setting }: { setting: string }) => setting === 'pruner'),
    { value: { name: 'wilcoxon' } },
  );

  t.match(await hpo('best', '--export', 'model'), { code: 0, stdout: /± 0\.\d+ over 4 folds/ });
  t.ok(existsSync(join(cwd, 'model', 'linear.bin')));
  t.match(JSON.parse(readFileSync(join(cwd, 'model', 'model.json'), 'utf8')), { model: 'linear' });
  t.match(await hpo('optimize', '--folds', '5', '--n-trials', '1'), {
    code: 2,
    stderr: /has trials, so its evaluation stays\s+evaluation: 4 folds; asked for: 5 folds/,
  });
});

t.test('folds come from a study file too, and are refused where they cannot be', SLOW, async (t) => {
  const cwd = t.testdir();
  await writeDemo(cwd, { documents: 120, seed: 1 });
  const hpo = (...args: string[]) => runInProcess(args, cwd);
  writeFileSync(
    join(cwd, 'study.yaml'),
    'model: linear\nevaluation: { folds: 3 }\ndata: { train: train.txt }\n',
  );
  const made = await hpo('create-study', '--file', 'study.yaml');
  t.match(made, { code: 0, stderr: /over 3 folds/ });
  t.match(await hpo('optimize', '--folds', '1', '--study', 'x', ...LINEAR), {
    code: 2,
    stderr: /--folds: folds must be at least 2, not 1/,
  });
  t.match(await hpo('optimize', '--folds', '2000', '--study', 'x', ...LINEAR), {
    code: 2,
    stderr: /\d+ documents cannot be dealt into 2000 folds/,
  });
  const command = ['--model', 'command', '--command', 'true {x}', '--metric', 'f1', '--space', 'space.yaml'];
  writeFileSync(join(cwd, 'space.yaml'), 'x: [1, 2]\n');
  t.match(await hpo('optimize', '--folds', '3', '--study', 'x', ...command), {
    code: 2,
    stderr: /--folds is for models that train on data of the study/,
  });
});
