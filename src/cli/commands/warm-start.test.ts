import { join } from 'node:path';
import t from 'tap';
import { writeDemo } from '../../datasets/index.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(300_000);

interface Trial {
  readonly state: string;
  readonly params: Readonly<Record<string, unknown>>;
}

t.test('a study begins with the best of another one, moved into its own space', async (t) => {
  const cwd = t.testdir({ 'space.yaml': 'C: { high: 20 }\n' });
  await writeDemo(cwd, { documents: 120, seed: 1 });
  const hpo = (...args: string[]) => runInProcess(args, cwd);
  const data = ['--train', 'train.txt', '--valid', 'valid.txt'];
  const linear = ['--model', 'linear', ...data, '--fix', 'charNgrams=false'];
  const first = await hpo('optimize', '--study', 'first', '--n-trials', '3', '--pruner', 'none', ...linear);
  t.equal(first.code, 0, first.stderr);

  const narrow = [...linear, '--space', 'space.yaml', '--fix', 'wordNgrams=1'];
  const made = await hpo('create-study', '--study', 'second', ...narrow, '--warm-start', 'first');
  t.match(made, { code: 0, stderr: /warm start: trials [\d, ]+ of first come first/ });
  const waiting: Trial[] = JSON.parse((await hpo('trials', '--study', 'second', '-f', 'json')).stdout);
  t.ok(waiting.length >= 2, 'at least one of the other study, and the defaults');
  t.ok(waiting.every(({ state }) => state === 'waiting'));

  const elsewhere = ['--storage', 'sqlite:other.db', '--study', 'third', '--warm-start'];
  const source = `first@sqlite:${join(cwd, 'trials.db')}`;
  const joint = ['--model', 'fasttext,linear', ...data];
  const copied = await hpo('optimize', ...elsewhere, source, ...joint, '--n-trials', '1');
  t.equal(copied.code, 0, copied.stderr);
  const trials: Trial[] = JSON.parse(
    (await hpo('trials', '--storage', 'sqlite:other.db', '-f', 'json')).stdout,
  );
  t.match(trials[0], { state: 'complete', params: { model: 'linear', 'linear.charNgrams': false } });

  const again = await hpo('optimize', ...elsewhere, source, '--n-trials', '1');
  t.equal(again.code, 0, 'the same command goes on');
  t.match(await hpo('optimize', ...elsewhere, 'other', '--n-trials', '1'), {
    code: 2,
    stderr: /too late for --warm-start/,
  });
  t.match(await hpo('create-study', '--study', 'x', ...linear, '--warm-start', 'nobody'), {
    code: 3,
    stderr: /nobody/,
  });
  t.match(await hpo('optimize', '--study', 'x', ...linear, '--n-trials', '1', '--warm-start', 'nobody'), {
    code: 3,
    stderr: /study "nobody" not found/,
  });
  t.match(await hpo('show', '--study', 'x'), { code: 3 }, 'a wrong name leaves no study behind');
});
