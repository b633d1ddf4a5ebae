import t from 'tap';
import { makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import {
  CONFIRMATION_ATTRS,
  concludeConfirmation,
  confirmationBasis,
  findConfirmation,
  findLeaders,
  findPickedTrial,
} from './confirmation.ts';
import { summarizeScores } from './resampling.ts';
import { type FrozenTrial, type Json, TRIAL_ATTRS } from './trial.ts';

const study = makeStudy({}, { direction: 'maximize' });

function withDetails(trial: FrozenTrial, details: Json): FrozenTrial {
  return { ...trial, systemAttrs: { [TRIAL_ATTRS.details]: details } };
}

/** A trial whose validation score has a standard error. */
const scored = (number: number, value: number, standardError = 0.01): FrozenTrial =>
  withDetails(makeTrial(number, value), { statistics: { documents: 100, standardError } });

const numbers = (trials: readonly FrozenTrial[]): number[] => trials.map(({ number }) => number);

t.test('leaders are the trials within one standard error of the best, the best first', async (t) => {
  const trials = [scored(0, 0.8), scored(1, 0.792), scored(2, 0.789, 0.5), scored(3, 0.795), scored(4, 0.8)];
  t.same(numbers(findLeaders(study, trials, 5)), [0, 4, 3, 1]);
  t.same(numbers(findLeaders(study, trials, 2)), [0, 4]);
  t.same(findLeaders(study, [makeTrial(0, 'crash')], 5), []);
  const minimized = makeStudy({}, { direction: 'minimize' });
  t.same(numbers(findLeaders(minimized, [scored(0, 0.3), scored(1, 0.295), scored(2, 0.4)], 5)), [1, 0]);
});

t.test(
  'with folds the standard error is that of their mean; where it is not known the best few lead',
  async (t) => {
    const values = [0.7, 0.8, 0.75, 0.72, 0.78];
    const folds = summarizeScores('folds', values);
    t.ok(Math.abs(folds.mean - 0.75) < 1e-12 && Math.abs(folds.sd - Math.sqrt(0.0068 / 4)) < 1e-12);
    const best = withDetails(makeTrial(0, 0.75), { resampling: folds as unknown as Json });
    t.same(numbers(findLeaders(study, [best, makeTrial(1, 0.735), makeTrial(2, 0.73)], 5)), [0, 1]);
    t.same(numbers(findLeaders(study, [makeTrial(0, 1), makeTrial(1, 3), makeTrial(2, 2)], 2)), [1, 2]);
  },
);

t.test('the best mean is picked, and stands until the best trial or the data changes', async (t) => {
  const trials = [scored(0, 0.8), scored(1, 0.795), scored(2, 0.79)];
  const candidate = (number: number, values: number[]) => ({
    number,
    value: 0.8,
    scores: summarizeScores('folds', values),
  });
  const candidates = [candidate(0, [0.7, 0.72]), candidate(1, [0.73, 0.75]), candidate(2, [0.71, 0.71])];
  const basis = confirmationBasis(study.spec, 'folds');
  const confirmation = concludeConfirmation(study, { best: 0, basis, candidates });
  t.equal(confirmation.picked, 1);
  t.same(
    confirmation.candidates.map(({ number }) => number),
    [1, 0, 2],
    'of equal means the better validation score',
  );
  const confirmed = {
    ...study,
    systemAttrs: { [CONFIRMATION_ATTRS.outcome]: confirmation as unknown as Json },
  };
  t.equal(findPickedTrial(confirmed, trials)?.number, 1);
  t.equal(findPickedTrial(study, trials)?.number, 0, 'without a confirmation the best');
  t.equal(findPickedTrial(confirmed, [...trials, scored(3, 0.81)])?.number, 3, 'the search went on');
  t.equal(findPickedTrial(confirmed, [...trials, scored(3, 0.7)])?.number, 1);
  const excluded = trials.map((trial) =>
    trial.number === 1 ? { ...trial, excluded: true as const } : trial,
  );
  t.equal(findConfirmation(confirmed, excluded), null);
  const otherSeed = { ...confirmed, spec: { ...study.spec, seed: 2 } };
  t.equal(findConfirmation(otherSeed, trials), null);
});
