import t from 'tap';
import type { SearchEvent } from '../domain/search-event.ts';
import { createSearch } from '../testing/search-fixture.ts';
import { optimize } from './optimize.ts';

t.test('an engine that leaves ends no trial: the next one goes on with it', async (t) => {
  const search = await createSearch(t, { settings: { ending: 'hang', reports: 1 } });
  const { study, parts, storage } = search;
  const leave = new AbortController();
  const onEvent = ({ type }: SearchEvent): void => {
    if (type === 'report') leave.abort();
  };
  const summary = await optimize(study, parts, search.options({ nTrials: 1, leave: leave.signal, onEvent }));
  t.match(summary, { reason: 'left', nTrials: 0, states: { running: 1, fail: 0 } });
  const [trial] = await storage.getTrials(study.id);
  const interrupted = { failure: { kind: 'lost', message: 'interrupted from outside' } };
  t.match(await storage.listAttempts(trial!.id), [interrupted]);

  // The next engine, to which this process's leases are those of one that is gone.
  const launcher = { ...parts.launcher, isGone: async () => true };
  const settings = { ending: 'complete', reports: 1 };
  const other = { ...study, spec: { ...study.spec, settings } };
  const next = await optimize(other, { ...parts, launcher }, search.options({ nTrials: 1 }));
  t.match(next, { reason: 'n-trials', states: { running: 0, complete: 1, fail: 0 } });
  t.same((await storage.getTrials(study.id))[0]!.params, trial!.params);
  t.match(await storage.listAttempts(trial!.id), [interrupted, { failure: null }]);
});
