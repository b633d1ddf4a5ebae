import { join } from 'node:path';
import t from 'tap';
import type { BoundStudy } from '../../domain/study.ts';
import { loadModel } from '../../models/index.ts';
import { createSampler } from '../../samplers/index.ts';
import { openStorage } from '../../storage/index.ts';
import { replayEvents } from '../../testing/replay.ts';
import { skipWithoutSlurm, startSlurm } from '../../testing/slurm.ts';
import { prepareSearch, untilEmpty, workersOf } from '../../testing/slurm-search.ts';

t.setTimeout(400_000);

const TRIALS = 50;

t.test(
  'fifty fastText trials of eight workers on four nodes: their events choose the same params again',
  { skip: skipWithoutSlurm(), timeout: 400_000 },
  async (t) => {
    const cluster = await startSlurm(t, { nodes: 4 });
    const search = prepareSearch(t, cluster);
    const demo = await search.hpo(['dataset', 'demo', 'demo', '--documents', '300']);
    t.equal(demo.exitCode, 0, demo.stderr);
    const data = ['--train', 'demo/train.txt', '--valid', 'demo/valid.txt'];
    const cheap = ['--fix', 'dim=10', '--fix', 'epoch=3'];
    const { exitCode, stderr } = await search.hpo([
      ...[
        'optimize',
        '--study',
        's',
        '--model',
        'fasttext',
        ...data,
        ...cheap,
        '--total-trials',
        `${TRIALS}`,
      ],
      ...['--launcher', 'slurm', '--workers', '8', '--cpus', '4'],
    ]);
    t.equal(exitCode, 0, stderr);
    t.equal(workersOf(search).length, 8);
    await untilEmpty(cluster);

    const storage = await openStorage(join(search.cwd, 'trials.db'), { create: false });
    t.teardown(() => storage.close());
    const study = (await storage.loadStudy('s')) as BoundStudy;
    const trials = await storage.getTrials(study.id);
    t.equal(trials.filter(({ state }) => state === 'complete' || state === 'pruned').length, TRIALS);
    const replayed = await replayEvents(study, storage, {
      sampler: createSampler(study.spec.sampler),
      model: await loadModel(study.spec.model),
    });
    t.equal(replayed.length, trials.length);
    for (const { number, stored, again } of replayed) t.same(again, stored, `trial ${number}`);
  },
);
