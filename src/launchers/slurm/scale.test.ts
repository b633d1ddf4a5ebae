import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { skipWithoutSlurm, startSlurm } from '../../testing/slurm.ts';
import {
  checkStudy,
  prepareSearch,
  type SlurmSearch,
  untilEmpty,
  untilWorkers,
} from '../../testing/slurm-search.ts';

t.setTimeout(300_000);

interface Row {
  readonly id: string | null;
  readonly jobId: string;
  readonly host: string | null;
  readonly state: string;
  readonly trial: number | null;
  readonly seconds: number | null;
  readonly reason: string | null;
}

async function listRows(t: Test, { hpo }: SlurmSearch, ...more: string[]): Promise<Row[]> {
  const { exitCode, stdout, stderr } = await hpo(['workers', '--study', 's', '-f', 'json', ...more]);
  t.equal(exitCode, 0, stderr);
  return JSON.parse(stdout) as Row[];
}

async function untilRows(
  t: Test,
  search: SlurmSearch,
  isSo: (rows: readonly Row[]) => boolean,
): Promise<Row[]> {
  for (const start = performance.now(); ; await sleep(200)) {
    const rows = await listRows(t, search);
    if (isSo(rows)) return rows;
    if (performance.now() - start > 60_000) throw new Error(`after a minute: ${JSON.stringify(rows)}`);
  }
}

const inState = (rows: readonly Row[], state: string): Row[] => rows.filter((row) => row.state === state);

t.test('workers of a running search', { skip: skipWithoutSlurm(), timeout: 300_000 }, async (t) => {
  const cluster = await startSlurm(t, { nodes: 2 });

  await t.test('are listed, become more and become fewer, at no trial’s cost', async (t) => {
    const search = prepareSearch(t, cluster, { pauseSeconds: 0.3 });
    const { hpo } = search;
    const running = search.optimize({ trials: 14, workers: 1 });
    await untilWorkers(search, 1);
    const [only] = await untilRows(t, search, (rows) => inState(rows, 'busy').length === 1);
    t.match(only, { jobId: /^\d+_0$/, trial: Number, seconds: Number });

    const more = await hpo(['scale', '--study', 's', '--workers', '3', '-f', 'json']);
    t.equal(more.exitCode, 0, more.stderr);
    t.match(JSON.parse(more.stdout), { workers: 3, before: 1, isHeeded: true });
    const three = await untilRows(t, search, (rows) => inState(rows, 'busy').length === 3);
    t.equal(new Set(three.map(({ trial }) => trial)).size, 3, 'each runs another trial');

    const fewer = await hpo(['scale', '--study', 's', '--workers', '1']);
    t.match(fewer, { exitCode: 0, stderr: /idle end first/ });
    await untilRows(t, search, (rows) => rows.length === 1);
    const { exitCode, stderr } = await running;
    t.equal(exitCode, 0, stderr);
    const { attempts } = await checkStudy(t, search, 14);
    t.equal(attempts.flat().length, 14, 'no trial was interrupted');
    await untilEmpty(cluster);
    t.same(await untilRows(t, search, (rows) => rows.length === 0), []);
    t.equal(inState(await listRows(t, search, '--all'), 'left').length, 3);
  });

  await t.test('those of a job that Slurm has no room for are pending, and end first', async (t) => {
    const search = prepareSearch(t, cluster, { pauseSeconds: 0.5 });
    // Each takes a whole node of the two.
    const running = search.optimize({ trials: 8, workers: 4, more: ['--cpus', '8'] });
    await untilWorkers(search, 1);
    const full = await untilRows(
      t,
      search,
      (rows) => inState(rows, 'busy').length === 2 && inState(rows, 'pending').length === 2,
    );
    t.match(inState(full, 'pending')[0], { id: null, host: null, reason: /Resources|Priority/ });
    await search.hpo(['scale', '--study', 's', '--workers', '2']);
    const left = await untilRows(t, search, (rows) => rows.length === 2);
    t.equal(inState(left, 'pending').length, 0);
    const { exitCode, stderr } = await running;
    t.equal(exitCode, 0, stderr);
    await checkStudy(t, search, 8);
    await untilEmpty(cluster);
  });

  await t.test('the printed command is one that Slurm takes: its workers join the search', async (t) => {
    const search = prepareSearch(t, cluster, { pauseSeconds: 0.5 });
    const { hpo } = search;
    const options = ['--study', 's', '--workers', '1', '--partition', 'cpu', '--worker-idle', '30s'];
    t.match(await hpo(['slurm', 'script', ...options]), {
      exitCode: 2,
      stderr: /no study.*create-study/s,
    });
    const running = search.optimize({ trials: 6, workers: 1 });
    await untilWorkers(search, 1);
    const { stdout } = await hpo(['slurm', 'script', ...options, '-f', 'json']);
    const { command, script } = JSON.parse(stdout) as { command: string[]; script: string };
    t.match(script, /^#!\/bin\/bash\n/);
    t.match(command, ['sbatch', '--parsable', /^--job-name=hpo-/, /^--comment=s$/, '--array=0-0']);
    t.ok(command.includes('--partition=cpu'));
    cluster.run(command[0]!, ...command.slice(1));
    await untilWorkers(search, 2);
    t.equal((await running).exitCode, 0);
    await checkStudy(t, search, 6);
    await untilEmpty(cluster);
    const text = await hpo(['slurm', 'script', ...options]);
    t.match(text.stdout, /exec "\$@"\n\n# .*worker\.sbatch, submitted with.*\n#\s+sbatch --parsable/);
  });

  await t.test('nothing can be scaled where nothing runs', async (t) => {
    const search = prepareSearch(t, cluster);
    const none = await search.hpo(['scale', '--study', 's', '--workers', '3']);
    t.not(none.exitCode, 0);
    t.equal((await search.optimize({ trials: 1, workers: 1 })).exitCode, 0);
    const over = await search.hpo(['scale', '--study', 's', '--workers', '3']);
    t.match(over, { exitCode: 3, stderr: /no search of this study runs on the cluster/ });
    const bad = await search.hpo(['scale', '--study', 's', '--workers', '0']);
    t.match(bad, { exitCode: 2, stderr: /at least 1.*hpo stop/s });
    t.match(await search.hpo(['scale', '--study', 's']), { exitCode: 2, stderr: /how many workers/ });
    await untilEmpty(cluster);
  });
});
