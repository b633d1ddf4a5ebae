import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { openStorage } from '../../storage/index.ts';
import { skipWithoutSlurm, startSlurm } from '../../testing/slurm.ts';

t.setTimeout(600_000);

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const entry = join(root, 'dist', 'cli', 'main.js');

/** Reports a rung every `pause` seconds, four of them. */
const PROGRAM = `#!/bin/sh
for step in 1 2 3 4; do
  echo "{\\"step\\":$step,\\"metrics\\":{\\"score\\":0.$step}}" >>"$HPO_REPORT"
  sleep "$2"
done
echo "{\\"final\\":true,\\"metrics\\":{\\"score\\":$1}}" >>"$HPO_REPORT"
`;
const SPACE = 'x:\n  type: float\n  low: 0\n  high: 1\n';

t.test('a search on a real Slurm cluster', { skip: skipWithoutSlurm(), timeout: 600_000 }, async (t) => {
  if (!existsSync(entry)) throw new Error('dist/ is not built; run: npm run build');
  const cluster = await startSlurm(t);

  /** A folder for one search, and the command in it. */
  const prepare = (t: Test, pause: number) => {
    const cwd = t.testdir({ 'program.sh': PROGRAM, 'space.yaml': SPACE });
    const study = ['--study', 's', '--model', 'command', '--space', 'space.yaml', '--metric', 'score'];
    const command = ['--command', `sh program.sh {x} ${pause}`, '--maximize', '--pruner', 'none'];
    const hpo = (args: readonly string[], env: Record<string, string> = {}) =>
      execa(process.execPath, [entry, ...args], {
        cwd,
        env: { ...cluster.env, ...env },
        reject: false,
        stdin: 'ignore',
        timeout: 240_000,
      });
    const slurm = ['--launcher', 'slurm', '--worker-idle', '30s'];
    return {
      cwd,
      hpo,
      optimize: (nTrials: number, workers: number, ...more: string[]) =>
        hpo([
          'optimize',
          ...study,
          ...command,
          ...slurm,
          '--workers',
          String(workers),
          '--total-trials',
          String(nTrials),
          ...more,
        ]),
    };
  };

  await t.test('workers run all trials and leave when the budget is spent', async (t) => {
    const { cwd, optimize } = prepare(t, 0);
    const { exitCode, stderr, stdout } = await optimize(50, 8);
    t.equal(exitCode, 0, stderr + stdout);
    await checkStudy(t, cwd, 50);
    await untilEmpty(cluster);
    t.equal(workersOf(cwd).length, 8);
    t.ok(hostsUsed(cwd).length >= 8, 'every task was a worker');
  });

  await t.test('a trial whose worker is killed, or whose job is cancelled, is run again', async (t) => {
    const { cwd, optimize } = prepare(t, 0.7);
    const search = optimize(6, 2);
    const [victim, other] = await untilWorkers(cwd, 2);
    await untilRunning(cwd, 2);
    process.kill(victim!.pid, 'SIGKILL');
    cluster.run('scancel', other!.jobId);
    const { exitCode, stderr, stdout } = await search;
    t.equal(exitCode, 0, stderr + stdout);
    const attempts = await checkStudy(t, cwd, 6);
    t.ok(attempts > 6, `${attempts} attempts`);
    await untilEmpty(cluster);
  });

  await t.test('a coordinator that is killed costs no trial: the next one adopts what runs', async (t) => {
    const { cwd, optimize } = prepare(t, 1.5);
    const first = optimize(4, 2);
    await untilRunning(cwd, 2);
    first.kill('SIGKILL');
    await first;
    const { exitCode, stderr, stdout } = await optimize(4, 2);
    t.equal(exitCode, 0, stderr + stdout);
    t.equal(await checkStudy(t, cwd, 4), 4, 'no trial needed a second attempt');
    await untilEmpty(cluster);
  });

  await t.test('trials go on without the controller', async (t) => {
    const { cwd, optimize } = prepare(t, 3);
    const search = optimize(4, 2);
    await untilRunning(cwd, 2);
    // It saves its state every few seconds only.
    await sleep(5000);
    process.kill(cluster.pidOf('slurmctld'), 'SIGKILL');
    await sleep(8000);
    cluster.startController();
    const { exitCode, stderr, stdout } = await search;
    t.equal(exitCode, 0, stderr + stdout);
    t.equal(await checkStudy(t, cwd, 4), 4);
    await untilEmpty(cluster);
  });

  await t.test('what Slurm refuses is said in a sentence, and nothing is left behind', async (t) => {
    const { cwd, hpo, optimize } = prepare(t, 0);
    const wrong = await optimize(1, 1, '--partition', 'nowhere');
    t.match(wrong, { exitCode: 2, stderr: /Slurm refuses the workers.*partition.*sinfo/s });
    const odd = await optimize(1, 1, '--partition', 'cpu;rm');
    t.match(odd, { exitCode: 2, stderr: /--partition cannot be/ });
    const absent = await hpo(['optimize', '--study', 's', '--launcher', 'slurm', '--n-trials', '1'], {
      PATH: '/nowhere',
    });
    t.match(absent, { exitCode: 2, stderr: /no sbatch on the PATH/ });
    const prologue = join(cwd, 'space.yaml');
    const broken = await optimize(1, 2, '--prologue', prologue);
    t.match(broken, { exitCode: 1, stderr: /ended before they began.*not found/s });
    await untilEmpty(cluster);
  });
});

interface WorkerFacts {
  readonly pid: number;
  readonly jobId: string;
}

function workersOf(cwd: string): WorkerFacts[] {
  return spoolFiles(cwd, 'worker.json') as WorkerFacts[];
}

const hostsUsed = (cwd: string): unknown[] =>
  spoolFiles(cwd, 'beat.json').filter((beat) => (beat as { order: number }).order >= 0);

function spoolFiles(cwd: string, name: string): unknown[] {
  const runs = join(cwd, 'runs');
  const found = existsSync(runs) ? readdirSync(runs, { recursive: true, encoding: 'utf8' }) : [];
  return found
    .filter((path) => path.includes('workers/here/') && path.endsWith(`/${name}`))
    .map((path) => JSON.parse(readFileSync(join(runs, path), 'utf8')));
}

async function until(isSo: () => boolean): Promise<void> {
  for (const start = performance.now(); !isSo(); await sleep(100)) {
    if (performance.now() - start > 120_000) throw new Error('waited for two minutes');
  }
}

async function untilWorkers(cwd: string, count: number): Promise<WorkerFacts[]> {
  await until(() => workersOf(cwd).length >= count);
  return workersOf(cwd);
}

/** Until so many trials have reported. */
async function untilRunning(cwd: string, count: number): Promise<void> {
  await until(() => {
    const runs = join(cwd, 'runs');
    const files = existsSync(runs) ? readdirSync(runs, { recursive: true, encoding: 'utf8' }) : [];
    return files.filter((path) => path.endsWith('report.ndjson')).length >= count;
  });
}

async function untilEmpty(cluster: { run(program: string, ...args: string[]): string }): Promise<void> {
  await until(() => cluster.run('squeue', '-h').trim() === '');
}

/** Every trial is complete, exactly once. @returns the number of attempts */
async function checkStudy(t: Test, cwd: string, trials: number): Promise<number> {
  const storage = await openStorage(join(cwd, 'trials.db'), { create: false });
  try {
    t.same(await storage.findFaults(), []);
    const study = await storage.loadStudy('s');
    const all = await storage.getTrials(study.id);
    t.same(
      all.map(({ state }) => state),
      all.map(() => 'complete'),
    );
    t.equal(all.length, trials);
    const attempts = await Promise.all(all.map(({ id }) => storage.listAttempts(id)));
    t.same(await storage.listOpenAttempts(study.id), []);
    return attempts.flat().length;
  } finally {
    await storage.close();
  }
}
