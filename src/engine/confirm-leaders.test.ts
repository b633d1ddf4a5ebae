import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findPickedTrial } from '../domain/confirmation.ts';
import type { SearchEvent } from '../domain/search-event.ts';
import { createSearch } from '../testing/search-fixture.ts';
import { optimize } from './index.ts';

// Of scripted trainings the score is a parameter and, here, the seed's luck.
const settings = { noise: 0.6, reports: 2 };

const confirmed = (events: readonly SearchEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'confirm-started' ? [event.number] : []));

t.test('the leaders are scored again, and the best mean is picked', async (t) => {
  const { study, parts, options, storage, events, dir } = await createSearch(t, { settings });
  const { confirmation, best, nTrials } = await optimize(study, parts, options({ nTrials: 8, confirm: 4 }));
  t.equal(nTrials, 8);
  t.equal(confirmation!.candidates.length, 4);
  const trials = await storage.getTrials(study.id);
  const byValue = [...trials].sort((a, b) => scoreOf(b) - scoreOf(a));
  t.same(
    confirmation!.candidates.map(({ number }) => number).sort(),
    byValue
      .slice(0, 4)
      .map(({ number }) => number)
      .sort(),
  );
  t.equal(confirmation!.best, best!.number);
  for (const { number, scores, value } of confirmation!.candidates) {
    t.equal(value, scoreOf(trials[number]!));
    t.equal(new Set(scores.values).size, 5, 'five seeds');
    const own = scores.values.map((score) => score - (trials[number]!.params['x'] as number));
    t.ok(own.every((luck) => Math.abs(luck) <= 0.3));
  }
  const means = confirmation!.candidates.map(({ scores }) => scores.mean);
  t.same(
    means,
    [...means].sort((a, b) => b - a),
  );
  t.equal(confirmation!.picked, confirmation!.candidates[0]!.number);

  const loaded = await storage.loadStudy(study.name);
  t.equal(findPickedTrial(loaded, trials)!.number, confirmation!.picked);
  t.equal(trials.length, 8, 'no trial more');
  for (const { id, intermediateValues } of trials) {
    t.equal((await storage.listAttempts(id)).length, 1);
    t.equal(intermediateValues.size, 2);
  }
  t.equal(existsSync(join(dir, 'runs', study.uuid, 'confirm')), false);
  t.equal(events.filter(({ type }) => type === 'confirm-report').length, 20);
  t.equal(events.filter(({ type }) => type === 'trial-finished').length, 8);

  const again = await optimize(loaded as typeof study, parts, options({ nTrials: 0, confirm: 4 }));
  t.same(again.confirmation, confirmation);
  t.equal(confirmed(events).length, 4, 'what is known is not run again');
});

t.test('an interrupted confirmation goes on where it was', async (t) => {
  const { study, parts, options, storage } = await createSearch(t, { settings });
  const drain = new AbortController();
  const seen: SearchEvent[] = [];
  const onEvent = (event: SearchEvent): void => {
    seen.push(event);
    if (event.type === 'confirm-started' && confirmed(seen).length === 2) drain.abort();
  };
  const first = await optimize(
    study,
    parts,
    options({ nTrials: 4, confirm: 3, onEvent, drain: drain.signal }),
  );
  t.match(first, { confirmation: null, reason: 'drained', nTrials: 4 });
  t.equal(confirmed(seen).length, 2);
  const rest: SearchEvent[] = [];
  const second = await optimize(
    study,
    parts,
    options({ nTrials: 0, confirm: 3, onEvent: (event) => void rest.push(event) }),
  );
  t.equal(second.confirmation!.candidates.length, 3);
  t.equal(confirmed(rest).length, 1);
  t.equal((await storage.getTrials(study.id)).length, 4);
});

t.test('a leader that cannot be scored is left out, and said so', async (t) => {
  const { study, parts, options, events } = await createSearch(t, { settings: { noise: 0 } });
  // Scores in the search; fails once the limit on memory is set.
  await optimize(study, parts, options({ nTrials: 3 }));
  const model = {
    ...parts.model!,
    predictMemory: ({ x }: { x?: unknown }) => (Number(x) > worst ? 2 ** 40 : 1),
  };
  const { storage } = parts;
  const values = (await storage.getTrials(study.id)).map(scoreOf).sort((a, b) => a - b);
  const worst = values[1]!;
  const run = options({ nTrials: 0, confirm: 3, memoryLimitBytes: 2 ** 30 });
  const { confirmation } = await optimize(study, { ...parts, model }, run);
  t.equal(confirmation!.candidates.length, 2);
  t.match(
    events.filter(({ type }) => type === 'warning'),
    [{ message: /^trial \d could not be confirmed: would need/ }],
  );
});

t.test('leaders without a model make room, and models of leaders are kept', async (t) => {
  const { study, parts, options, events } = await createSearch(t, { settings });
  await optimize(study, parts, options({ nTrials: 6, keepModels: 2 }));
  const few = await optimize(study, parts, options({ nTrials: 0, confirm: 4, keepModels: 2 }));
  t.equal(few.confirmation!.candidates.length, 2);
  t.equal(events.filter(({ type }) => type === 'warning').length, 0, 'the two best have theirs');
  const more = await createSearch(t, { settings });
  const all = await optimize(more.study, more.parts, more.options({ nTrials: 6, confirm: 4, keepModels: 2 }));
  t.equal(all.confirmation!.candidates.length, 4);
});

function scoreOf(trial: { state: string }): number {
  return (trial as { values?: readonly number[] }).values?.[0] ?? Number.NaN;
}
