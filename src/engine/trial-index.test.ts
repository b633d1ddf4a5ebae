import t, { type Test } from 'tap';
import { findBestTrials, findFront } from '../domain/best-trials.ts';
import { createRng, type Rng } from '../domain/random.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { type MadeOutcome, makeMultiStudy, makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { hasTellingLog } from './kept-logs.ts';
import { isRepeat } from './repeats.ts';
import { createTrialIndex } from './trial-index.ts';

const COUNT = 3;

const isOpen = ({ state }: FrozenTrial): boolean => state === 'running' || state === 'waiting';

/** A study as it grows: several trials run at a time and end in any order; marks come and go. */
function* growStudy(rng: Rng, end: () => MadeOutcome): Generator<readonly FrozenTrial[]> {
  const trials: FrozenTrial[] = [];
  for (let step = 0; step < 600; step++) {
    const open = trials.filter(isOpen);
    if (open.length < 4) {
      const params = { x: rng.integer(30) };
      trials.push(makeTrial(trials.length, rng.uniform() < 0.2 ? 'waiting' : 'running', { params }));
    } else {
      const { number, params } = open[rng.integer(open.length)]!;
      trials[number] = makeTrial(number, end(), { params });
    }
    if (rng.uniform() < 0.03) {
      const place = rng.integer(trials.length);
      const { excluded, ...bare } = trials[place]!;
      trials[place] = (excluded ? bare : { ...bare, excluded: true }) as FrozenTrial;
    }
    yield trials.slice();
  }
}

function checkGrowth(t: Test, study: BoundStudy, draw: (rng: Rng) => number | readonly number[]): void {
  const rng = createRng(1, 0);
  const end = (): MadeOutcome => {
    const chance = rng.uniform();
    if (chance < 0.4) return draw(rng);
    return chance < 0.6 ? 'pruned' : chance < 0.8 ? 'crash' : 'cancelled';
  };
  const lookUp = createTrialIndex(study, COUNT);
  for (const trials of growStudy(rng, end)) {
    const index = lookUp(trials);
    const number = rng.integer(trials.length + 1);
    const params = { x: rng.integer(30) };
    const found = {
      ...{ open: index.open, done: index.done, front: index.front, best: index.best, logged: index.logged },
      repeats: index.isRepeat(params, number),
      others: index.listOthers(number),
    };
    const expected = {
      open: trials.filter(isOpen),
      done: trials.filter(({ state }) => state === 'complete' || state === 'pruned').length,
      front: findFront(study, trials),
      best: findBestTrials(study, trials, COUNT),
      logged: trials
        .filter(hasTellingLog)
        .slice(-100)
        .map((trial) => trial.number),
      repeats: isRepeat(params, trials.slice(0, number)),
      others: trials.filter((trial) => trial.number !== number && !trial.excluded),
    };
    if (!t.strictSame(found, expected)) return;
  }
}

t.test('after each change it knows what looking through all trials would find', async (t) => {
  // Few values, so that many are equal.
  checkGrowth(t, makeStudy({}), (rng) => rng.integer(8));
  checkGrowth(t, makeStudy({}, { direction: 'maximize' }), (rng) => rng.integer(8));
});

t.test('it does so for several objectives', async (t) => {
  checkGrowth(t, makeMultiStudy({}), (rng) => [rng.integer(12), rng.integer(12)]);
});

t.test('a study that was deleted and made anew is a new one', async (t) => {
  const lookUp = createTrialIndex(makeStudy({}), COUNT);
  lookUp([makeTrial(0, 5, { params: { x: 1 } }), makeTrial(1, 4)]);
  const index = lookUp([makeTrial(0, 7, { params: { x: 2 } })]);
  t.match(index, { done: 1, best: [{ number: 0, values: [7] }], front: [{ values: [7] }] });
  t.equal(index.isRepeat({ x: 1 }, 1), false);
  t.match(lookUp([]), { done: 0, best: [], open: [] });
});
