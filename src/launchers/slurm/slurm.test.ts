import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { skipWithoutSlurm, startSlurm } from '../../testing/slurm.ts';
import {
  busyWorkers,
  checkStudy,
  prepareSearch,
  untilEmpty,
  untilRunning,
  untilWorkers,
  workersOf,
} from '../../testing/slurm-search.ts';

t.setTimeout(600_000);

t.test('a search on a real Slurm cluster', { skip: skipWithoutSlurm(), timeout: 600_000 }, async (t) => {
  const cluster = await startSlurm(t);

  await t.test('workers run all trials and leave when the budget is spent', async (t) => {
    const search = prepareSearch(t, cluster);
    const { exitCode, stderr, stdout } = await search.optimize({ trials: 50, workers: 8 });
    t.equal(exitCode, 0, stderr + stdout);
    await checkStudy(t, search, 50);
    await untilEmpty(cluster);
    t.equal(workersOf(search).length, 8);
    t.ok(busyWorkers(search).length >= 8, 'every task was a worker');
  });

  await t.test('a trial whose worker is killed, or whose job is cancelled, is run again', async (t) => {
    const search = prepareSearch(t, cluster, { pauseSeconds: 0.7 });
    const running = search.optimize({ trials: 6, workers: 2 });
    const [victim, other] = await untilWorkers(search, 2);
    await untilRunning(search, 2);
    process.kill(victim!.pid, 'SIGKILL');
    cluster.run('scancel', other!.jobId);
    const { exitCode, stderr, stdout } = await running;
    t.equal(exitCode, 0, stderr + stdout);
    const { attempts } = await checkStudy(t, search, 6);
    t.ok(attempts.flat().length > 6, `${attempts.flat().length} attempts`);
    await untilEmpty(cluster);
  });

  await t.test('a coordinator that is killed costs no trial: the next one adopts what runs', async (t) => {
    const search = prepareSearch(t, cluster, { pauseSeconds: 1.5 });
    const first = search.optimize({ trials: 4, workers: 2 });
    await untilRunning(search, 2);
    first.kill('SIGKILL');
    await first;
    const { exitCode, stderr, stdout } = await search.optimize({ trials: 4, workers: 2 });
    t.equal(exitCode, 0, stderr + stdout);
    const { attempts } = await checkStudy(t, search, 4);
    t.equal(attempts.flat().length, 4, 'no trial needed a second attempt');
    await untilEmpty(cluster);
  });

  await t.test('trials go on without the controller', async (t) => {
    const search = prepareSearch(t, cluster, { pauseSeconds: 3 });
    const running = search.optimize({ trials: 4, workers: 2 });
    await untilRunning(search, 2);
    // It saves its state every few seconds only.
    await sleep(5000);
    process.kill(cluster.pidOf('slurmctld'), 'SIGKILL');
    await sleep(8000);
    cluster.startController();
    const { exitCode, stderr, stdout } = await running;
    t.equal(exitCode, 0, stderr + stdout);
    const { attempts } = await checkStudy(t, search, 4);
    t.equal(attempts.flat().length, 4);
    await untilEmpty(cluster);
  });

  await t.test('what Slurm refuses is said in a sentence, and nothing is left behind', async (t) => {
    const search = prepareSearch(t, cluster);
    const one = { trials: 1, workers: 1 };
    const wrong = await search.optimize({ ...one, more: ['--partition', 'nowhere'] });
    t.match(wrong, { exitCode: 2, stderr: /Slurm refuses the workers.*partition.*sinfo/s });
    const odd = await search.optimize({ ...one, more: ['--partition', 'cpu;rm'] });
    t.match(odd, { exitCode: 2, stderr: /--partition: partition cannot be "cpu;rm"/ });
    const absent = await search.hpo(['optimize', '--study', 's', '--launcher', 'slurm', '--n-trials', '1'], {
      PATH: '/nowhere',
    });
    t.match(absent, { exitCode: 2, stderr: /no sbatch on the PATH/ });
    const prologue = join(search.cwd, 'space.yaml');
    const broken = await search.optimize({ trials: 1, workers: 2, more: ['--prologue', prologue] });
    t.match(broken, { exitCode: 1, stderr: /workers died within 60 s.*NonZeroExit.*not found/s });
    await untilEmpty(cluster);
  });
});
