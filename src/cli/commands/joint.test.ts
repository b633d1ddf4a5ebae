import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeDemo } from '../../datasets/index.ts';
import { runHpo } from '../../testing/hpo-command.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(300_000);
const SLOW = { timeout: 200_000 };
const DATA = ['--train', 'train.txt', '--valid', 'valid.txt'];

interface Trial {
  readonly number: number;
  readonly state: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly intermediate: readonly (readonly [number, number])[];
}

t.test('two models in one study: searched, resumed, steered, exported', SLOW, async (t) => {
  const cwd = t.testdir();
  await writeDemo(cwd, { documents: 200, seed: 1 });
  const hpo = (...args: string[]) => runInProcess(args, cwd);
  const trials = async (): Promise<Trial[]> => JSON.parse((await hpo('trials', '-f', 'json')).stdout);
  const search = ['--fix', 'fasttext.dim=10', '--fix', 'fasttext.epoch=3', '--set', 'linear.passes=4'];
  const first = await runHpo(
    ['optimize', '--model', 'linear,fasttext', '--n-trials', '4', '--pruner', 'none', ...search, ...DATA],
    { cwd },
  );
  t.equal(first.code, 0, first.stderr);
  t.match(first.stderr, /study fasttext-linear-train/);
  const found = await trials();
  t.same(
    found.map(({ params }) => params['model']),
    ['fasttext', 'linear', 'fasttext', 'linear'],
    'their own defaults, in turns',
  );
  t.equal(found[0]!.params['fasttext.dim'], 10);
  for (const { intermediate, params } of found) {
    t.equal(intermediate.at(-1)![0], 10, 'the last rung is the same one');
    if (params['model'] === 'linear') t.ok(intermediate.length <= 4, 'its setting arrived');
  }

  t.match(await hpo('enqueue', 'linear.C=7'), {
    code: 0,
    stdout: 'trial 4 waits: model=linear linear.C=7\n',
  });
  t.equal((await hpo('optimize', '--n-trials', '1', '--model', 'fasttext,linear')).code, 0);
  t.match((await trials())[4], { params: { model: 'linear', 'linear.C': 7 } });
  t.match(await hpo('optimize', '--n-trials', '1', '--model', 'linear'), {
    code: 2,
    stderr: /model: fasttext,linear; asked for: linear/,
  });
  t.match((await hpo('trials', '-f', 'csv')).stdout.split('\n')[0], /,params\.model,.*params\.linear\.C/);
  t.match((await hpo('show')).stdout, /linear\.charMin .* model is linear and linear\.charNgrams is true/);

  writeFileSync(join(cwd, 'space.yaml'), 'model: [linear]\n');
  const narrowed = await hpo(
    'optimize',
    '--n-trials',
    '1',
    '--space',
    'space.yaml',
    '--copy-to',
    'linear-only',
  );
  t.equal(narrowed.code, 0, narrowed.stderr);
  const { stdout } = await hpo('trials', '--study', 'linear-only', '-f', 'json');
  t.same(new Set(JSON.parse(stdout).map(({ params }: Trial) => params['model'])), new Set(['linear']));

  const study = ['--study', 'fasttext-linear-train'];
  const best = await hpo('best', ...study, '--export', 'model', '-f', 'json');
  t.equal(best.code, 0, best.stderr);
  const card = JSON.parse(readFileSync(join(cwd, 'model', 'model.json'), 'utf8'));
  t.equal(card.model, JSON.parse(best.stdout).params.model, 'the chosen model, not the pair');
  const predicted = await hpo('predict', '--model', 'model', '--input', 'test.txt', '--output', 'out.csv');
  t.match(predicted, { code: 0, stderr: /macro F0\.5/ });
});

t.test(
  'a study file lists models; what cannot be joined is refused before anything runs',
  SLOW,
  async (t) => {
    const cwd = t.testdir();
    await writeDemo(cwd, { documents: 120, seed: 1 });
    const hpo = (...args: string[]) => runInProcess(args, cwd);
    writeFileSync(
      join(cwd, 'study.yaml'),
      'model: [linear, fasttext]\nfix: { model: linear }\ndata: { train: train.txt }\nrun: { nTrials: 2 }\n',
    );
    t.equal((await runHpo(['optimize', '--study-file', 'study.yaml'], { cwd })).code, 0);
    const { stdout } = await hpo('trials', '-f', 'json');
    t.match(
      JSON.parse(stdout).map(({ params }: Trial) => [params['model'], params['linear.C']]),
      [
        ['linear', 10],
        ['linear', 30],
      ],
      "the fixed model's defaults, one after the other",
    );
    const refused = (...args: string[]) =>
      hpo('optimize', '--study', 'x', '--n-trials', '1', ...DATA, ...args);
    t.match(await refused('--model', 'linear,command'), {
      code: 2,
      stderr: /"command" cannot be searched together/,
    });
    t.match(await refused('--model', 'linear,linar'), {
      code: 2,
      stderr: /"linar" is not known\s+known: .*\s+fix: did you mean linear/,
    });
    t.match(await refused('--model', 'linear,fasttext', '--set', 'vec=true'), {
      code: 2,
      stderr: /fasttext\.vec/,
    });
    t.match(await refused('--model', 'linear,fasttext', '--fix', 'dim=20'), {
      code: 2,
      stderr: /fasttext\.dim/,
    });
    const studies = JSON.parse((await hpo('studies', '-f', 'json')).stdout);
    t.equal(studies.length, 1, 'nothing was made');
  },
);
