import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(600_000);

/** Lowers f1 as it lowers its cost; heat is what constraints are about. */
const PROGRAM = `
x=$1
report() { awk "BEGIN { print $1 }"; }
echo "::hpo {\\"step\\":1,\\"metrics\\":{\\"f1\\":$(report "$x")}}"
echo "$x" > "$HPO_OUTPUT_DIR/model.txt"
echo "::hpo {\\"final\\":true,\\"metrics\\":{\\"f1\\":$(report "$x"),\\"watts\\":$(report "10 * $x * $x"),\\"heat\\":$(report "4 * $x")}}"
`;

async function searchIn(dir: string, ...options: string[]) {
  writeFileSync(join(dir, 'program.sh'), PROGRAM);
  writeFileSync(join(dir, 'space.yaml'), 'x: { type: float, low: 0, high: 1 }\n');
  const command = ['--model', 'command', '--space', 'space.yaml', '--command', 'sh program.sh {x}'];
  return runInProcess(['optimize', '-q', '--no-progress', ...command, ...options], dir);
}

t.test('a search for two metrics ends with a front, of which any model can be had', async (t) => {
  const dir = t.testdir();
  const hpo = (...args: string[]) => runInProcess(args, dir);
  const metrics = ['--metric', 'f1', '--metric', 'watts:minimize', '--sampler', 'random'];
  const search = await searchIn(dir, '--n-trials', '3', '--study', 'both', ...metrics, '--keep-models', '2');
  t.equal(search.code, 0, search.stderr);
  t.match(search.stdout, /front of 3 trials; best by f1: trial \d/);

  const table = await hpo('best');
  t.match(
    table.stdout,
    /front of 3 trials among 3 in both[\s\S]*hypervolume \S+ \(from the reference point f1 0/,
  );
  const front = JSON.parse((await hpo('best', '-f', 'json')).stdout) as {
    number: number;
    values: number[];
  }[];
  const scores = front.map(({ values }) => values[0]!);
  t.same(
    scores,
    [...scores].sort((a, b) => b - a),
    'best by the first objective first',
  );

  const summary = JSON.parse((await hpo('show', '-f', 'json')).stdout);
  t.same(summary.front, front.map(({ number }) => number).sort());
  t.ok(summary.hypervolume.volume > 0);
  t.match(JSON.parse((await hpo('studies', '-f', 'json')).stdout), [
    { directions: ['maximize', 'minimize'] },
  ]);

  const [first, last] = [front[0]!.number, front.at(-1)!.number];
  const byFirst = await hpo('best', '--export', 'model', '-f', 'json');
  t.equal(JSON.parse(byFirst.stdout).number, first, byFirst.stderr);
  t.match(
    byFirst.stderr,
    /the front has 3 trials; this is the best by f1, trial \d; --trial N or --pick METRIC/,
  );
  const picked = await hpo('best', '--pick', 'watts', '--export', 'cheap', '-f', 'json');
  t.equal(JSON.parse(picked.stdout).number, last, picked.stderr);
  t.ok(existsSync(join(dir, 'cheap', 'model.json')));
  t.equal((await hpo('best', '--pick', 'volts')).code, 2);
  t.equal((await hpo('best', '--trial', '99')).code, 3);

  const runs = join(dir, 'runs', readdirSync(join(dir, 'runs'))[0]!, '0');
  const kept = readdirSync(runs).filter((name) => existsSync(join(runs, name, '0', 'model')));
  t.equal(kept.length, 2, 'as many models as were asked for');
  t.ok(kept.includes(String(first)) && kept.includes(String(last)), 'the ends of the front among them');

  const other = await searchIn(dir, '--n-trials', '1', '--study', 'both', '--metric', 'f1');
  t.equal(other.code, 2);
  t.match(
    other.stderr,
    /its objective stays[\s\S]*maximize macro F1, minimize watts; asked for: maximize macro F1/,
  );
});

t.test('a trial that breaks a constraint is shown as such and never the best', async (t) => {
  const dir = t.testdir();
  const hpo = (...args: string[]) => runInProcess(args, dir);
  const options = ['--sampler', 'grid', '--sampler-option', 'pointsPerRange=2', '--metric', 'f1'];
  const search = await searchIn(
    dir,
    '--n-trials',
    '2',
    '--study',
    'cool',
    ...options,
    '--constraint',
    'heat <= 2',
  );
  t.equal(search.code, 0, search.stderr);
  const trials = JSON.parse((await hpo('trials', '-f', 'json')).stdout) as {
    metrics: { heat: number };
    feasible: boolean;
    constraints: number[];
  }[];
  t.same(
    trials.map(({ feasible }) => feasible),
    trials.map(({ metrics }) => metrics.heat <= 2),
  );
  for (const { metrics, constraints } of trials)
    t.ok(Math.abs(constraints[0]! - (metrics.heat - 2) / 2) < 1e-9);
  const best = JSON.parse((await hpo('best', '-f', 'json')).stdout);
  t.equal(best.metrics.heat <= 2, true);
  t.match((await hpo('trials')).stdout, /BREAKS BY[\s\S]*50 %/);
  const broken = trials.findIndex(({ feasible }) => !feasible);
  t.match((await hpo('show', String(broken))).stdout, /breaks +heat \S+, \S+ too much/);
  t.match((await hpo('show')).stdout, /constraints +heat <= 2[\s\S]*feasible +1 of 2 complete trials/);
});

t.test('where nothing keeps the constraints, best names the nearest and exits with 3', async (t) => {
  const dir = t.testdir();
  const search = await searchIn(
    dir,
    '--n-trials',
    '1',
    '--study',
    'cold',
    '--metric',
    'f1',
    '--constraint',
    'heat<=-1',
  );
  t.match(search.stdout, /no trial keeps the constraints yet/);
  const best = await runInProcess(['best'], dir);
  t.equal(best.code, 3);
  t.match(
    best.stderr,
    /no trial of study "cold" keeps its constraints[\s\S]*the nearest is trial \d[\s\S]*--trial \d/,
  );
  const named = Number(/nearest is trial (\d)/.exec(best.stderr)![1]);
  const one = await runInProcess(['best', '--trial', String(named), '-f', 'json'], dir);
  t.match(JSON.parse(one.stdout), { number: named, feasible: false });
});

t.test('a study file may hold all of it; what cannot be is refused before anything runs', async (t) => {
  const dir = t.testdir();
  writeFileSync(
    join(dir, 'study.yaml'),
    'objectives: [f1, { metric: watts, direction: minimize }]\nconstraints: [heat <= 3]\n',
  );
  const search = await searchIn(dir, '--n-trials', '1', '--study-file', 'study.yaml', '--study', 'file');
  t.equal(search.code, 0, search.stderr);
  const { spec } = JSON.parse((await runInProcess(['show', '-f', 'json'], dir)).stdout);
  t.match(spec, {
    objectives: [{ metric: 'f1' }, { metric: 'watts', direction: 'minimize' }],
    constraints: [{ metric: 'heat', relation: '<=', bound: 3 }],
  });
  const refused = async (...options: string[]) => {
    const { code, stderr } = await searchIn(dir, '--study', 'other', ...options);
    t.equal(code, 2, stderr);
    return stderr;
  };
  t.match(await refused('--metric', 'f1', '--metric', 'watts'), /watts:maximize or watts:minimize/);
  t.match(await refused('--metric', 'f1', '--constraint', 'heat'), /"heat" is no constraint/);
  t.match(
    await refused('--metric', 'f1', '--metric', 'loss', '--maximize'),
    /One direction cannot stand for several/,
  );
});

t.test('trials that a shell runs have several values and constraints too', async (t) => {
  const dir = t.testdir();
  writeFileSync(join(dir, 'space.yaml'), 'x: [1, 2]\n');
  const hpo = (...args: string[]) => runInProcess(args, dir);
  const goals = ['--metric', 'taste', '--metric', 'seconds:minimize', '--constraint', 'mass <= 5'];
  const made = await hpo(
    'create-study',
    '--study',
    'tea',
    '--space',
    'space.yaml',
    ...goals,
    '--prune-by',
    'taste',
  );
  t.equal(made.code, 0, made.stderr);
  const tell = async (values: string, mass: string) => {
    const { number, token } = JSON.parse((await hpo('ask', '-q')).stdout);
    return hpo('tell', String(number), '--token', token, '--values', values, '--metric', `mass=${mass}`);
  };
  t.equal((await tell('0.9,30', '7')).code, 0);
  t.equal((await tell('0.5,20', '3')).code, 0);
  t.equal((await tell('0.5', '3')).code, 2, 'a value an objective');
  const front = JSON.parse((await hpo('best', '-f', 'json')).stdout);
  t.match(front, [{ number: 1, values: [0.5, 20], feasible: true }]);

  t.equal((await tell('0.5,10', '3')).code, 0, 'as tasty, and sooner');
  const shown = await hpo('show');
  t.match(shown.stdout, /best +trial 3 .*seconds 10\n/, 'the best lies on the front');
  t.match(shown.stdout, /front +1 trial: 3\n/);
  t.equal(JSON.parse((await hpo('show', '-f', 'json')).stdout).best.number, 3);
});
