import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeDemo } from '../../datasets/index.ts';
import { runCompiledHpo } from '../../testing/compiled-hpo.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(300_000);
const SLOW = { timeout: 250_000 };
const SMALL = ['--fix', 'charNgrams=false', '--fix', 'wordNgrams=1'];

t.test('a confirmed study hands over the pick, and the best score where it is asked for', SLOW, async (t) => {
  const cwd = t.testdir();
  await writeDemo(cwd, { documents: 240, seed: 1 });
  const hpo = (...args: string[]) => runInProcess(args, cwd);
  const data = ['--model', 'linear', '--train', 'train.txt', '--valid', 'valid.txt'];
  const found = await runCompiledHpo(['optimize', '--n-trials', '3', '--confirm', '2', ...data, ...SMALL], {
    cwd,
  });
  t.equal(found.code, 0, found.stderr);
  t.equal(found.stderr.match(/^confirm=\d mean=0\.\d+ sd=0\.\d+ done=\d\/2$/gm)?.length, 2);
  t.match(found.stdout, /^confirmed: trial \d, best mean of 2 leaders/m);
  t.equal(
    found.stdout.match(/^ {2}trial \d {2}0\.\d{4} ± 0\.\d{4} over 5 folds \(validation 0\.\d{4}\)$/gm)
      ?.length,
    2,
  );

  const best = JSON.parse((await hpo('best', '-f', 'json')).stdout);
  const { picked, candidates } = best.confirmation;
  t.equal(best.number, picked);
  const means = candidates.map(({ scores }: { scores: { mean: number } }) => scores.mean);
  t.ok(means[0] >= means[1]);
  const raw = JSON.parse((await hpo('best', '--no-confirm', '-f', 'json')).stdout);
  t.equal(raw.number, best.confirmation.best);
  t.notOk('confirmation' in raw);
  const other = [0, 1, 2].find((number) => number !== picked)!;
  t.equal(JSON.parse((await hpo('best', '--trial', String(other), '-f', 'json')).stdout).number, other);
  t.match(await hpo('best', '--trial', '9'), { code: 3, stderr: /has no trial 9/ });

  t.match(await hpo('best', '--export', 'model'), { code: 0, stdout: /confirmed +best mean of 2 leaders/ });
  t.equal(JSON.parse(readFileSync(join(cwd, 'model', 'model.json'), 'utf8')).trial, picked);
  t.match((await hpo('show')).stdout, new RegExp(`confirmed +trial ${picked}, best mean of 2 leaders`));
  const [study] = JSON.parse((await hpo('studies', '-f', 'json')).stdout);
  t.equal(study.nTrials, 3);

  const again = await hpo('optimize', '--n-trials', '0', '--confirm', '2', '-f', 'json');
  t.match(JSON.parse(again.stdout), { nTrials: 0, confirmation: { picked } });
  t.notMatch(again.stderr, /confirm=\d mean=.*seconds/);
});

t.test('what cannot be confirmed is refused before anything runs', SLOW, async (t) => {
  const cwd = t.testdir();
  writeFileSync(join(cwd, 'space.yaml'), 'x: [1, 2]\n');
  const command = ['--model', 'command', '--command', 'true {x}', '--metric', 'f1', '--space', 'space.yaml'];
  t.match(await runInProcess(['optimize', '--confirm', ...command], cwd), {
    code: 2,
    stderr: /--confirm is for models that hpo trains; command runs a program/,
  });
  await writeDemo(cwd, { documents: 120, seed: 1 });
  const bytes = ['--model', 'linear', '--train', 'train.txt', '--metric', 'modelBytes'];
  t.match(await runInProcess(['optimize', '--confirm', '3', ...bytes], cwd), {
    code: 2,
    stderr: /modelBytes is not a score of them/,
  });
  t.match(await runInProcess(['optimize', '--confirm', 'yes', ...command], cwd), {
    code: 2,
    stderr: /--confirm takes a whole number, not "yes"/,
  });
  t.match(await runInProcess(['optimize', '--n-trials', '0', ...command], cwd), {
    code: 2,
    stderr: /nTrials must be at least 1/,
  });
});
