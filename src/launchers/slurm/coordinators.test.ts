import t from 'tap';
import { skipWithoutSlurm, startSlurm } from '../../testing/slurm.ts';
import {
  checkStudy,
  prepareSearch,
  untilEmpty,
  untilRunning,
  workersOf,
} from '../../testing/slurm-search.ts';

t.setTimeout(300_000);

t.test('coordinators come and go', { skip: skipWithoutSlurm(), timeout: 300_000 }, async (t) => {
  const cluster = await startSlurm(t, { nodes: 2 });
  const args = { trials: 4, workers: 2 };

  await t.test('a terminal that is lost leaves the workers running', async (t) => {
    const search = prepareSearch(t, cluster, { pauseSeconds: 1 });
    const first = search.optimize(args);
    await untilRunning(search, 2);
    first.kill('SIGHUP');
    t.match(await first, { exitCode: 129, stderr: /--total-trials 4.* --launcher slurm .*--workers 2/ });
    t.equal(workersOf(search).length, 2);
    const { exitCode, stderr } = await search.optimize(args);
    t.equal(exitCode, 0, stderr);
    const { attempts } = await checkStudy(t, search, 4);
    t.equal(attempts.flat().length, 4, 'no trial needed a second attempt');
    t.equal(workersOf(search).length, 2, 'the same workers');
    await untilEmpty(cluster);
  });

  await t.test('of two coordinators the later one has the search, if it says so', async (t) => {
    const search = prepareSearch(t, cluster, { pauseSeconds: 1 });
    const first = search.optimize(args);
    await untilRunning(search, 2);
    t.match(await search.optimize(args), { exitCode: 5, stderr: /process \d+ on .*--take-over/s });
    const third = search.optimize({ ...args, more: ['--take-over'] });
    t.match(await first, { exitCode: 5, stderr: /has taken this search over.*process \d+ on /s });
    const { exitCode, stderr } = await third;
    t.equal(exitCode, 0, stderr);
    const { attempts } = await checkStudy(t, search, 4);
    t.equal(attempts.flat().length, 4, 'no trial needed a second attempt');
    await untilEmpty(cluster);
  });
});
