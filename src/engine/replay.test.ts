import t, { type Test } from 'tap';
import type { BoundStudy, Choice, StudySpec } from '../domain/study.ts';
import { createSampler } from '../samplers/index.ts';
import { replayEvents } from '../testing/replay.ts';
import { createSearch } from '../testing/search-fixture.ts';
import { optimize } from './index.ts';

const space: StudySpec['space'] = {
  x: { type: 'float', low: 0, high: 1 },
  dim: { type: 'int', low: 4, high: 256, log: true },
  loss: { type: 'categorical', choices: ['softmax', 'ova'] },
  depth: { type: 'int', low: 1, high: 9, when: { loss: ['ova'] } },
};

const TPE = { name: 'tpe', options: { nStartupTrials: 8 } };

/** Searches with eight trials at a time, some of them enqueued, then chooses all params again from the events. */
async function searchAndReplay(t: Test, name: string, nTrials: number) {
  const sampler: Choice = { name, options: name === 'tpe' ? TPE.options : {} };
  const settings = { reports: 3, pauseMs: 3 };
  const { study, parts, options, storage } = await createSearch(t, { settings, spec: { space, sampler } });
  const search = (): ReturnType<typeof optimize> =>
    optimize(study, { ...parts, sampler: createSampler(sampler) }, options({ nTrials, jobs: 8 }));
  await search();
  for (const x of [0.25, 0.5]) await storage.enqueue(study.id, { x, loss: 'ova' });
  await storage.setExcluded((await storage.getTrials(study.id))[3]!.id, true);
  await search();
  await storage.setExcluded((await storage.getTrials(study.id))[3]!.id, false);
  const fresh = (await storage.loadStudy('scripted')) as BoundStudy;
  const replayed = await replayEvents(fresh, storage, {
    sampler: createSampler(sampler),
    model: parts.model,
  });
  return { replayed, storage, study: fresh, parts };
}

t.test('the events tell enough to choose the same params again', async (t) => {
  for (const name of ['random', 'tpe', 'sobol']) {
    const { replayed, study, storage } = await searchAndReplay(t, name, 20);
    t.equal(
      replayed.length,
      (await storage.getTrials(study.id)).length,
      `${name}: every trial was asked for`,
    );
    for (const { number, stored, again } of replayed) t.same(again, stored, `${name}: trial ${number}`);
  }
});

t.test('what ran while a trial was asked for is part of what it was chosen from', async (t) => {
  const { study, storage, parts } = await searchAndReplay(t, 'tpe', 20);
  const asked = (await storage.listEvents(study.id)).filter(({ kind }) => kind === 'asked');
  t.ok(
    asked.some(({ payload }) => (payload as { running: string }).running.match(/[,-]/)),
    'trials ran beside each other',
  );
  // All that ended later taken for known: a learning sampler then chooses otherwise.
  const ended = {
    ...storage,
    listEvents: async () => asked.map((event) => ({ ...event, payload: bare(event) })),
  };
  const wrong = await replayEvents(study, ended, {
    sampler: createSampler(TPE),
    model: parts.model,
  });
  t.ok(wrong.some(({ stored, again }) => JSON.stringify(stored) !== JSON.stringify(again)));
});

const bare = ({ payload }: { payload: unknown }) => ({
  number: (payload as { number: number }).number,
  running: '',
  unsampled: '',
  waiting: '',
});
