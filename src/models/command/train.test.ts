import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Params } from '../../domain/distribution.ts';
import type { TrainedModel, TrainReport } from '../../domain/ports.ts';
import { StopRequested } from '../../domain/ports.ts';
import type { Json } from '../../domain/trial.ts';
import { handleOf, makeContext } from '../../testing/training-fixtures.ts';
import { model } from './index.ts';

interface Ran {
  readonly dir: string;
  readonly reports: readonly TrainReport[];
  readonly trained: TrainedModel | null;
  /** What the training threw. */
  readonly error: unknown;
  readonly log: string;
}

interface RunOptions {
  readonly params?: Params;
  readonly settings?: Readonly<Record<string, Json>>;
  readonly metric?: string;
  readonly direction?: 'maximize' | 'minimize';
  readonly signal?: AbortSignal;
  readonly files?: Readonly<Record<string, string>>;
}

const data = { train: handleOf([]), valid: handleOf([]) };

/** Runs a program as a trial would, in this process. */
async function runProgram(
  t: Test,
  command: string | readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const dir = t.testdir();
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(dir, name), text);
  const reports: TrainReport[] = [];
  const context = makeContext({
    attempt: { dir, trialNumber: 7, attempt: 1, token: 'the-token' },
    checkpointDir: join(dir, 'checkpoint'),
    objective: {
      metric: options.metric ?? 'f1',
      direction: options.direction ?? 'maximize',
      average: 'macro',
      positiveLabel: null,
    },
    settings: { command, ...options.settings },
    report: (report) => reports.push(report),
    ...(options.signal && { signal: options.signal }),
  });
  const [trained, error] = await model.train(options.params ?? {}, data, context).then(
    (trained) => [trained, null] as const,
    (error: unknown) => [null, error] as const,
  );
  return { dir, reports, trained, error, log: readFileSync(join(dir, 'log.txt'), 'utf8') };
}

const sh = (script: string, ...words: string[]): string[] => ['sh', '-c', script, '_', ...words];
const FINAL = `echo '::hpo {"final":true,"metrics":{"f1":0.5}}'`;
const failure = (kind: string, message: RegExp) => ({ failure: { kind, message } });

t.test('a program speaks by its report file, by lines of output and by a final record', async (t) => {
  const { trained, reports, log, error } = await runProgram(
    t,
    sh(`echo '{"step":1,"progress":0.5,"metrics":{"f1":0.1}}' >> "$HPO_REPORT"
        sleep 0.3
        echo hello
        echo '::hpo {"step":2,"metrics":{"f1":0.2,"loss":NaN}}'
        echo '::hpo {"metrics":{"f1":0.3}}' >&2
        printf '::hpo {"final":true,"metrics":{"f1":0.4},"details":{"note":"x"}}'`),
  );
  t.equal(error, null);
  t.same(
    reports
      .toSorted((a, b) => a.step - b.step)
      .map(({ step, progress, metrics }) => [step, progress, metrics]),
    [
      [1, 0.5, { f1: 0.1 }],
      [2, null, { f1: 0.2, loss: Number.NaN }],
      [3, null, { f1: 0.3 }],
    ],
  );
  t.match(trained, { metrics: { f1: 0.4 }, details: { note: 'x', reports: 3 } });
  t.match(log, /hello\n/);
});

t.test('parameters arrive in argv and in a file, never through a shell', async (t) => {
  const evil = `$(touch pwned) "a" 'b'; \`id\``;
  const params = { evil, lr: -1.5, 'odd name': '--x', on: true };
  const { dir, error } = await runProgram(
    t,
    sh(
      `for a in "$@"; do printf '%s\\n' "$a"; done > "$HPO_OUTPUT_DIR/argv"; cp "$HPO_PARAMS" "$HPO_OUTPUT_DIR/p"; ${FINAL}`,
      '{evil}',
      '{args}',
    ),
    { params },
  );
  t.equal(error, null);
  const output = (name: string): string => readFileSync(join(dir, 'output', name), 'utf8');
  t.same(output('argv').trimEnd().split('\n'), [evil, '--lr=-1.5', '--odd name=--x', '--on', 'true']);
  t.same(JSON.parse(output('p')), params);
  t.equal(existsSync('pwned'), false);
});

t.test('the environment says who and where the trial is', async (t) => {
  const { dir, error } = await runProgram(
    t,
    sh(`env > "$HPO_OUTPUT_DIR/env"; test -d "$HPO_CHECKPOINT_DIR" && ${FINAL}`),
  );
  t.equal(error, null);
  const env = readFileSync(join(dir, 'output', 'env'), 'utf8').split('\n');
  for (const line of [
    `HPO_TRIAL_DIR=${dir}`,
    `HPO_CONTROL=${dir}/control.json`,
    `HPO_CHECKPOINT_DIR=${dir}/checkpoint`,
    ...['HPO_SEED=5', 'HPO_TRIAL_NUMBER=7', 'HPO_ATTEMPT=1'],
  ])
    t.ok(env.includes(line), line);
});

t.test('a program without a final record has failed, unless a report may stand in', async (t) => {
  const program = sh(`for f in 0.1 0.9 0.3; do echo "::hpo {\\"metrics\\":{\\"f1\\":$f}}"; done`);
  t.match((await runProgram(t, program)).error, failure('bad-config', /no final record.*--final-from/));
  const standIn = async (settings: Record<string, Json>, direction: 'maximize' | 'minimize' = 'maximize') =>
    (await runProgram(t, program, { settings, direction })).trained?.metrics;
  t.same(await standIn({ finalFrom: 'best' }), { f1: 0.9 });
  t.same(await standIn({ finalFrom: 'best' }, 'minimize'), { f1: 0.1 });
  t.same(await standIn({ finalFrom: 'last' }), { f1: 0.3 });
  t.match(
    (await runProgram(t, 'true', { settings: { finalFrom: 'last' } })).error,
    failure('bad-config', /no report/),
  );
});

t.test('result.json is a final record too; one with a foreign token is none', async (t) => {
  const write = (json: string) => sh(`echo '${json}' > "$HPO_TRIAL_DIR/result.json"`);
  const { trained, dir } = await runProgram(t, write('{"state":"complete","metrics":{"f1":0.6}}'));
  t.same(trained?.metrics, { f1: 0.6 });
  t.equal(existsSync(join(dir, 'result.json')), false, 'the trial writes its own');
  t.match(
    (await runProgram(t, write('{"token":"zombie","metrics":{"f1":1}}'))).error,
    failure('bad-config', /no final/),
  );
  t.match(
    (await runProgram(t, write('{"state":"fail","failure":{"kind":"diverged","message":"loss"}}'))).error,
    failure('diverged', /loss/),
  );
});

t.test('patterns find the metrics of programs that cannot be changed', async (t) => {
  const { trained, reports } = await runProgram(
    t,
    sh(
      `printf 'epoch 1 loss 0.9\\nval F1: 0.4\\repoch 2 loss 0.7\\n'; sleep 0.3; echo 'val F1: 0.6' >&2; sleep 0.3; echo loss n/a; echo 'epoch 2 loss 0.65'`,
    ),
    {
      settings: {
        metricRegex: [String.raw`f1=val F1: (\S+)`, String.raw`(?:epoch (?<step>\d+) )?loss (?<loss>\S+)`],
      },
    },
  );
  t.same(reports[0], { step: 1, progress: null, metrics: { f1: 0.4, loss: 0.9 } });
  t.equal(reports.length, 2);
  t.match(trained, {
    metrics: { f1: 0.6, loss: 0.65 },
    details: { warnings: [/^1 lines of the program were no reports/] },
  });
});

t.test('garbage, torn and binary output are counted, never fatal', async (t) => {
  const { trained, reports } = await runProgram(
    t,
    sh(`printf '\\377\\376\\000 no text\\n'; head -c 300000 /dev/urandom
        printf '\\n::hpo {"step":"two"}\\n::hpo what?\\n'
        printf '{"step":4,"metrics":{"f1":1}}\\n{"step":3,"metrics":{"f1":1}}\\n[]\\n\\n{"st' >> "$HPO_REPORT"
        sleep 0.3; ${FINAL}`),
  );
  t.same(
    reports.map(({ step }) => step),
    [4],
    'a step never falls',
  );
  t.match(trained, {
    metrics: { f1: 0.5 },
    details: { warnings: [/^5 lines of the program were no reports/] },
  });
});

t.test('a flood of reports is cut off, and its last one still counts', async (t) => {
  const { trained, reports } = await runProgram(
    t,
    [
      'awk',
      'BEGIN{for(i=1;i<=100000;i++) printf "::hpo {\\"step\\":%d,\\"metrics\\":{\\"f1\\":%g}}\\n",i,i/100000}',
    ],
    { settings: { finalFrom: 'last' } },
  );
  t.equal(reports.length, 10_000);
  t.match(trained, { metrics: { f1: 1 }, details: { reports: 100_000 } });
});

t.test('a log that floods keeps its beginning and its end', async (t) => {
  const { log, dir } = await runProgram(
    t,
    sh(`echo first; head -c 30000000 /dev/zero | tr '\\0' x; echo; echo last; ${FINAL}`),
  );
  t.ok(log.startsWith('first\n') && log.includes('\nlast\n'));
  t.match(log.slice(10 << 20, (10 << 20) + 60), /^\n\[hpo: \d+ bytes left out\]\n/);
  t.ok(log.length < 11 << 20);
  t.ok(existsSync(dir));
});

t.test('a program that cannot be started is told with the way out', async (t) => {
  t.match(
    (await runProgram(t, 'no-such-program x')).error,
    failure('bad-config', /cannot start "no-such-program".*PATH/),
  );
  t.match((await runProgram(t, '/etc/passwd')).error, failure('bad-config', /may not be run.*chmod/));
  t.match((await runProgram(t, 'echo {x}', { params: { x: 'a\0b' } })).error, failure('bad-config', /NUL/));
  t.match(
    (await runProgram(t, 'echo {x}', { params: { x: 'a'.repeat(3 << 20) } })).error,
    failure('bad-config', /too long/),
  );
});

t.test('the trial ends as its program ended', async (t) => {
  for (const [script, exitCode] of [
    ['exit 3', 3],
    ['exit 75', 75],
    [`${FINAL}; exit 75`, 75],
    [`${FINAL}; kill -s SEGV $$`, 139],
    ['kill -s KILL $$', 137],
  ] as const) {
    t.match((await runProgram(t, sh(script))).error, { name: 'ProgramEnded', exitCode }, script);
  }
  const said = `echo '::hpo {"final":true,"failure":{"kind":"out-of-memory","message":"CUDA"}}'; exit 1`;
  t.match((await runProgram(t, sh(said))).error, failure('out-of-memory', /CUDA/));
});

t.test('children that keep the output open hold no trial up', async (t) => {
  const { trained } = await runProgram(t, sh(`${FINAL}; sleep 300 & echo $! > "$HPO_OUTPUT_DIR/pid"`));
  t.match(trained, { metrics: { f1: 0.5 } });
  execFileSync('sh', ['-c', `kill "$(cat '${join(t.testdirName, 'output', 'pid')}')"`]);
});

t.test('a wish to stop reaches the program once, by whoever wished', async (t) => {
  const program = sh(
    `trap 'echo "got TERM"; exit 75' TERM; echo '::hpo {"metrics":{"f1":0}}'; while :; do sleep 0.05; done`,
  );
  const stop = new AbortController();
  const ran = runProgram(t, program, { signal: stop.signal });
  setTimeout(() => stop.abort(new StopRequested(null)), 500);
  const { error, log } = await ran;
  t.type(error, StopRequested);
  t.equal(log.match(/got TERM/g)?.length, 1);
});

t.test('an artifact is what lies in the output folder, and nothing else', async (t) => {
  const final = (artifact: string) =>
    `echo '::hpo {"final":true,"metrics":{"f1":1},"artifact":"${artifact}"}'`;
  const make = `cd "$HPO_OUTPUT_DIR"; mkdir -p deep; echo weights > deep/model.bin; echo vocabulary > v.txt; ln -s /etc/passwd link`;
  const { trained, dir } = await runProgram(t, sh(`${make}; ${final('deep/model.bin')}`));
  t.match(trained?.details, { warnings: ['1 links or special files in HPO_OUTPUT_DIR were removed'] });
  const kept = join(dir, 'kept');
  mkdirSync(kept);
  t.same(await trained!.save(kept), { path: 'output/deep/model.bin', format: 'program-output' });
  t.same(readdirSync(join(kept, 'output')).sort(), ['deep', 'v.txt']);
  for (const [artifact, fault] of [
    ['../params.json', /outside/],
    ['/etc/passwd', /outside/],
    ['deep/../../x', /outside/],
    ['link', /link/],
    ['link/x', /link/],
    ['none.bin', /is not in/],
  ] as const) {
    t.match(
      (await runProgram(t, sh(`${make}; ${final(artifact)}`))).error,
      failure('bad-config', fault),
      artifact,
    );
  }
});

t.test('what is set wrong is refused', async (t) => {
  const check = (settings: Record<string, Json>) => () =>
    model.checkProgram!({
      space: { lr: { type: 'float', low: 0, high: 1 } },
      fixed: { epochs: 3 },
      settings,
    });
  t.doesNotThrow(check({ command: 'p {lr} {epochs} {args}', finalFrom: 'best' }));
  t.doesNotThrow(check({ command: ['p', '{lr}'] }));
  t.throws(check({}), /which command/);
  t.throws(check({ command: 'p {x}' }), /\{x\}/);
  t.throws(check({ command: 'p', finalFrom: 'first' }), /finalFrom/);
  t.throws(check({ command: 'p', metricRegexp: 'x' }), /no setting "metricRegexp"/);
  t.throws(check({ command: 'p', metricRegex: '(' }), /no regular expression/);
  await t.rejects(model.loadPredictor('d'), /no predictor/);
});
