// What eight workers on a real Slurm cluster cost beyond the trials themselves: 200 trials that do nothing.
//   npm run bench:slurm -- [-f json] [--trials 200] [--workers 8] [--rounds 3]
// Beside it, in turns: the same search with as many processes of this machine, and the trials' bare processes, as many at a
// time, without any engine. Wall time a trial, once everybody has come and some trials have been run.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type SlurmCluster, skipWithoutSlurm, startSlurm } from '../../src/testing/slurm.ts';
import { median, printBench } from './report.ts';

const argv = process.argv.slice(2);
const { values } = parseArgs({
  args: argv,
  options: {
    trials: { type: 'string', default: '200' },
    workers: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    format: { type: 'string', short: 'f' },
  },
});
const trials = Number(values.trials);
const workers = Number(values.workers);
const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
/** Trials before the clock starts: workers come one by one. */
const WARM = workers * 4;

const PROGRAM = `#!/bin/sh
[ -z "\${SAVE_REQUEST:-}" ] || cp "$HPO_TRIAL_DIR/request.json" "$SAVE_REQUEST"
echo "{\\"final\\":true,\\"metrics\\":{\\"score\\":$1}}" >>"$HPO_REPORT"
`;

const dir = mkdtempSync(join(tmpdir(), 'hpo-bench-slurm-'));
const teardowns: (() => unknown)[] = [];
try {
  const missing = skipWithoutSlurm();
  if (missing !== false) throw new Error(missing);
  if (!existsSync(dist))
    execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'ignore' });
  writeFileSync(join(dir, 'noop.sh'), PROGRAM);
  writeFileSync(join(dir, 'space.yaml'), 'x: { type: float, low: 0, high: 1 }\n');
  await search('saved', ['--n-trials', '1'], { SAVE_REQUEST: join(dir, 'request.json') });
  const cluster = await startSlurm({ teardown: (act) => void teardowns.push(act) }, { nodes: 4 });
  const rounds: Awaited<ReturnType<typeof runRound>>[] = [];
  for (let round = 0; round < Number(values.rounds); round++) rounds.push(await runRound(round, cluster));
  const [slurm, local, bare] = (['slurm', 'local', 'bare'] as const).map((name) =>
    median(rounds.map((one) => one[name])),
  ) as [number, number, number];
  const orchestration = median(rounds.map((one) => one.slurm - one.bare));
  printBench(
    [
      {
        case: `a no-op trial on ${workers} workers beyond its bare process (peer)`,
        ours: orchestration,
        peer: bare,
        unit: 'ms',
        ratio: orchestration / bare,
        target: '<= 30 ms',
        ok: orchestration <= 30,
      },
      {
        case: `a no-op trial on ${workers} workers against ${workers} local processes (peer)`,
        ours: slurm,
        peer: local,
        unit: 'ms',
        ratio: slurm / local,
        target: 'shown only',
        ok: null,
      },
    ],
    argv,
  );
} finally {
  for (const act of teardowns) act();
  rmSync(dir, { recursive: true, force: true });
}

/** Wall ms a trial of each. */
async function runRound(round: number, cluster: SlurmCluster) {
  const [bare, local] = [await runBare(round), await search(`local-${round}`, ['--jobs', String(workers)])];
  const launcher = ['--launcher', 'slurm', '--workers', String(workers), '--cpus', '4'];
  return { bare, local, slurm: await search(`slurm-${round}`, launcher, cluster.env) };
}

/** Trials as an engine would start them, and nothing else: a pool of processes that take one folder after another. */
async function runBare(round: number): Promise<number> {
  let next = 0;
  const entry = join(dist, 'trial', 'main.js');
  const work = async (): Promise<void> => {
    while (next < trials) {
      const folder = join(dir, `bare-${round}`, String(next++));
      mkdirSync(folder, { recursive: true });
      cpSync(join(dir, 'request.json'), join(folder, 'request.json'));
      const env = { ...process.env, HPO_TRIAL_DIR: folder };
      const [code] = await once(
        spawn(process.execPath, [entry, folder], { cwd: dir, env, stdio: 'ignore' }),
        'close',
      );
      if (code !== 0) throw new Error(`a bare trial exited with ${code}`);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: workers }, work));
  return (performance.now() - start) / trials;
}

async function search(
  study: string,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const what = ['--model', 'command', '--command', 'sh noop.sh {x}', '--space', 'space.yaml'];
  const how = ['--metric', 'score', '--maximize', '--sampler', 'random', '--pruner', 'none', '--events'];
  const count = options.includes('--n-trials') ? [] : ['--n-trials', String(WARM + trials)];
  const child = spawn(
    process.execPath,
    [join(dist, 'cli', 'main.js'), 'optimize', '--study', study, ...what, ...how, ...count, ...options],
    { cwd: dir, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const finishedAt: number[] = [];
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{"type":"trial-finished"')) finishedAt.push(performance.now());
  });
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${study} exited with ${code}: ${said.slice(-5).join('\n')}`);
  return (finishedAt.at(-1)! - finishedAt[WARM - 1]!) / (finishedAt.length - WARM);
}
