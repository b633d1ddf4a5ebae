import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { runCompiledHpo } from '../../testing/compiled-hpo.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(170_000);

const skipWithoutPython =
  spawnSync('python3', ['--version']).status === 0 || process.env['HPO_REQUIRE_SERVICES'] === '1'
    ? false
    : 'no python3 here';

interface Trial {
  readonly number: number;
  readonly state: string;
  readonly values: readonly number[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly intermediate: readonly (readonly [step: number, value: number])[];
  readonly failure: { readonly kind: string; readonly message: string } | null;
}

/** A folder with programs and a space, and what one does there. */
function place(t: Test, files: NonNullable<Parameters<Test['testdir']>[0]>) {
  const cwd = t.testdir(files);
  const read = async (...args: string[]) => {
    const { code, stdout, stderr } = await runInProcess([...args, '-f', 'json'], cwd);
    t.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  return {
    cwd,
    optimize: (study: string, ...args: string[]) =>
      runCompiledHpo(
        [
          'optimize',
          '--study',
          study,
          '--model',
          'command',
          '--space',
          'space.yaml',
          '--metric',
          'f1',
          ...args,
        ],
        { cwd },
      ),
    read,
    trials: (study: string): Promise<readonly Trial[]> => read('trials', '--study', study),
  };
}

const FINAL = `echo '::hpo {"final":true,"metrics":{"f1":0.5}}'`;

t.test(
  'a Python program reads options, file and environment, and reports',
  { skip: skipWithoutPython },
  async (t) => {
    const { cwd, optimize, read, trials } = place(t, {
      'space.yaml':
        'shift: [-3]\nmode: ["-x $(touch pwned)"]\nlr: { type: float, low: 0.1, high: 1 }\nlayers: [2]\n',
      'train.py': `import argparse, json, os
parser = argparse.ArgumentParser()
parser.add_argument("--shift", type=int)
parser.add_argument("--mode")
parser.add_argument("--lr", type=float)
parser.add_argument("--layers", type=int)
parser.add_argument("literal")
seen = vars(parser.parse_args())
params = json.load(open(os.environ["HPO_PARAMS"]))
with open(os.environ["HPO_REPORT"], "a") as report:
    for step, f1 in [(1, 0.25), (2, 0.5)]:
        print(json.dumps({"step": step, "progress": step / 2, "metrics": {"f1": f1}}), file=report)
env = {name: os.environ[name] for name in ["HPO_SEED", "HPO_TRIAL_NUMBER", "HPO_ATTEMPT"]}
with open(os.path.join(os.environ["HPO_OUTPUT_DIR"], "seen.json"), "w") as file:
    json.dump({"seen": seen, "params": params, "env": env}, file)
print("::hpo", json.dumps({"final": True, "metrics": {"f1": 0.75}, "artifact": "seen.json"}))
`,
    });
    const command = 'python3 train.py --shift {shift} {args} {{lr}}';
    const found = await optimize('python', '--n-trials', '1', '--command', command);
    t.equal(found.code, 0, found.stderr);
    const [trial] = await trials('python');
    t.match(trial, {
      state: 'complete',
      values: [0.75],
      intermediate: [
        [1, 0.25],
        [2, 0.5],
      ],
    });
    await read('best', '--export', 'model');
    const { seen, params, env } = JSON.parse(readFileSync(join(cwd, 'model', 'output', 'seen.json'), 'utf8'));
    t.same(params, trial!.params);
    t.same(seen, { ...trial!.params, literal: '{lr}' });
    t.match(env, { HPO_SEED: /^\d+$/, HPO_TRIAL_NUMBER: '0', HPO_ATTEMPT: '0' });
    t.throws(() => readFileSync(join(cwd, 'pwned')), 'no shell read the value');
  },
);

t.test('a bash program that is preempted goes on from its checkpoint, and no retry is used', async (t) => {
  const { cwd, optimize, read, trials } = place(t, {
    'space.yaml': 'x: [1, 2]\n',
    'train.sh': `step=$(cat "$HPO_CHECKPOINT_DIR/step" 2>/dev/null || echo 0)
echo "attempt $HPO_ATTEMPT begins after step $step"
while [ $step -lt 3 ]; do
  step=$((step + 1))
  echo "$step" > "$HPO_CHECKPOINT_DIR/step.tmp" && mv "$HPO_CHECKPOINT_DIR/step.tmp" "$HPO_CHECKPOINT_DIR/step"
  echo "::hpo {\\"step\\":$step,\\"metrics\\":{\\"f1\\":0.$step}}"
  [ $step = 2 ] && [ "$HPO_ATTEMPT" = 0 ] && exit 75
done
echo "::hpo {\\"final\\":true,\\"metrics\\":{\\"f1\\":0.$step}}"
`,
  });
  const run = ['--n-trials', '1', '--retries', '0', '--command', 'bash train.sh {args}'];
  const found = await optimize('preempted', ...run);
  t.equal(found.code, 0, found.stderr);
  const [trial] = await trials('preempted');
  t.match(trial, {
    state: 'complete',
    values: [0.3],
    attempts: 2,
    intermediate: [
      [1, 0.1],
      [2, 0.2],
      [3, 0.3],
    ],
  });
  const { stdout } = await runInProcess(['show', '0', '--log', '50', '--study', 'preempted'], cwd);
  t.match(stdout, /^ +0 .* 75 /m);
  t.match(stdout, /attempt 1 begins after step 2/);
  t.match(await read('best', '--study', 'preempted'), { number: 0 });
});

t.test('a pattern that explodes is cut, and the search goes on with a warning', async (t) => {
  const { optimize, trials } = place(t, {
    'space.yaml': 'x: [1]\n',
    'print.sh': `for f in 0.25 0.75 0.5; do echo "val F1: $f"; done
echo ${'a'.repeat(5000)}!
`,
  });
  const patterns = ['--metric-regex', 'f1=val F1: (\\S+)', '--metric-regex', '(?<noise>(a+)+$)'];
  const found = await optimize('regex', '--n-trials', '1', ...patterns, '--command', 'sh print.sh {x}');
  t.equal(found.code, 0, found.stderr);
  t.match(found.stderr, /--metric-regex took too long on 1 lines, which were skipped/);
  t.match(await trials('regex'), [
    {
      state: 'complete',
      values: [0.5],
      intermediate: [
        [1, 0.25],
        [2, 0.75],
        [3, 0.5],
      ],
    },
  ]);
  const best = await optimize(
    'best',
    '--n-trials',
    '1',
    patterns[0]!,
    patterns[1]!,
    '--final-from',
    'best',
    '--command',
    'sh print.sh {x}',
  );
  t.equal(best.code, 0, best.stderr);
  t.match(await trials('best'), [{ state: 'complete', values: [0.75] }]);
});

t.test(
  'each way a program can fail has its kind, and a space of which nothing works ends in exit code 4',
  async (t) => {
    const { cwd, optimize, trials } = place(t, {
      'space.yaml':
        'program: [./missing, ./plain.sh, ./folder, ./silent.sh, ./crash.sh, ./diverged.sh, "a\\0b"]\n',
      'plain.sh': '#!/bin/sh\n',
      'silent.sh': '#!/bin/sh\n',
      'crash.sh': `#!/bin/sh\n${FINAL}\nprintf '\\033[31mboom\\n' >&2\nexit 3\n`,
      'diverged.sh': `#!/bin/sh\necho '::hpo {"final":true,"failure":{"kind":"diverged","message":"loss is NaN"}}'\n`,
      folder: {},
    });
    for (const name of ['silent', 'crash', 'diverged']) chmodSync(join(cwd, `${name}.sh`), 0o755);
    const found = await optimize(
      'failing',
      '--n-trials',
      '20',
      '--retries',
      '0',
      '--max-failures',
      '99',
      '--command',
      '{program}',
    );
    t.equal(found.code, 4, found.stderr);
    t.match(found.stderr, /All 7 trials failed, and the search space has no others\.\n {2}1 time: /);
    const failures = new Map(
      (await trials('failing')).map(({ params, failure }) => [params['program'], failure]),
    );
    t.match(failures.get('./missing'), { kind: 'bad-config', message: /no such program; give its path/ });
    t.match(failures.get('./plain.sh'), { kind: 'bad-config', message: /may not be run; chmod \+x it/ });
    t.match(failures.get('./folder'), { kind: 'bad-config', message: /may not be run/ });
    t.match(failures.get('./silent.sh'), { kind: 'bad-config', message: /no final record; .*--final-from/ });
    t.match(failures.get('./crash.sh'), { kind: 'crash', message: /exit code 3/ });
    t.match(failures.get('./diverged.sh'), { kind: 'diverged', message: 'loss is NaN' });
    t.match(failures.get('a\0b'), { kind: 'bad-config', message: /NUL character/ });
    t.notMatch(found.stderr, /\u001b/);
  },
);

t.test('what no trial could run is refused before any does', async (t) => {
  const { cwd } = place(t, { 'space.yaml': 'x: [1, 2]\n' });
  const refusal = async (...args: string[]): Promise<string> => {
    const words = [
      'optimize',
      '--study',
      's',
      '--model',
      'command',
      '--space',
      'space.yaml',
      '--metric',
      'f1',
    ];
    const { code, stderr } = await runInProcess([...words, ...args], cwd);
    return `exit ${code}\n${stderr}`;
  };
  t.match(await refusal(), /exit 2\n.*which command/);
  t.match(await refusal('--command', 'true {y}'), /exit 2\n.*\{y\} in the command is no parameter/);
  t.match(await refusal('--command', 'sh -c "echo {x}"'), /exit 2\n.*the shell would read the value/);
  t.match(await refusal('--command', 'a\0b {x}'), /exit 2\n.*NUL character/);
  t.match(await refusal('--command', 'true', '--metric-regex', 'f1=('), /exit 2\n.*no regular expression/);
  t.match(await refusal('--command', 'true', '--final-from', 'first'), /exit 2\n[\s\S]*best, last/);
});
