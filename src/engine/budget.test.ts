import t from 'tap';
import type { FailureKind, FrozenTrial } from '../domain/trial.ts';
import {
  addToTally,
  admitsTrial,
  checkAnyWorked,
  checkFailureLimit,
  EMPTY_TALLY,
  type Tally,
} from './budget.ts';

const base = {
  id: 0,
  number: 0,
  params: {},
  distributions: {},
  intermediateValues: new Map(),
  userAttrs: {},
  systemAttrs: {},
  startedAt: 0,
  completedAt: 1,
};
const complete: FrozenTrial = { ...base, state: 'complete', values: [1] };
const failed = (kind: FailureKind = 'crash'): FrozenTrial => ({
  ...base,
  state: 'fail',
  failure: { kind, message: `${kind}!\nlog` },
});
const tally = (...trials: FrozenTrial[]): Tally => trials.reduce(addToTally, EMPTY_TALLY);
const many = (n: number, trial: FrozenTrial): FrozenTrial[] => Array.from({ length: n }, () => trial);

t.test('the limit is reached by failures in a row', async (t) => {
  t.doesNotThrow(() =>
    checkFailureLimit(tally(...many(2, failed()), complete, failed()), { maxFailures: 3 }),
  );
  t.throws(() => checkFailureLimit(tally(complete, ...many(3, failed())), { maxFailures: 3 }), {
    message: 'The search was ended: 3 of 4 trials failed.',
  });
});

t.test('the limit is reached by half of all once there are twice as many', async (t) => {
  const alternating = many(3, complete).flatMap((trial) => [trial, failed('diverged')]);
  t.throws(() => checkFailureLimit(tally(...alternating), { maxFailures: 3 }), { name: 'FailureLimitError' });
  t.doesNotThrow(() => checkFailureLimit(tally(...alternating.slice(0, 5)), { maxFailures: 3 }));
});

t.test(
  'a search in which nothing worked is told from one that had some success, and from none',
  async (t) => {
    const all = tally(failed('bad-config'), failed(), failed());
    t.throws(() => checkAnyWorked(all), {
      message: 'All 3 trials failed, and the search space has no others.',
      details: ['2 times: crash: crash!'],
    });
    t.doesNotThrow(() => checkAnyWorked(tally(failed(), complete)));
    t.doesNotThrow(() => checkAnyWorked(EMPTY_TALLY));
  },
);

t.test('cancelled trials count nowhere', async (t) => {
  t.same(tally(...many(9, failed('cancelled'))), EMPTY_TALLY);
});

t.test('running trials hold their place in the budget', async (t) => {
  const limits = { nTrials: 10, totalTrials: null };
  t.equal(admitsTrial(limits, { done: 7, running: 2, studyDone: 0 }), true);
  t.equal(admitsTrial(limits, { done: 7, running: 3, studyDone: 0 }), false);
  t.equal(admitsTrial({ nTrials: null, totalTrials: 20 }, { done: 0, running: 1, studyDone: 19 }), false);
});
