import t from 'tap';
import { UsageError } from './errors.ts';
import { betaOf, defaultObjective, describeObjective, isBetter, parseMetric } from './objective.ts';
import { findBestTrial } from './study.ts';
import type { FrozenTrial } from './trial.ts';

t.test('two labels of which one dominates ask for the F0.5 of the rarer one', async (t) => {
  const objective = defaultObjective({ counts: { ham: 60, spam: 40 }, documents: 100, multiLabel: false });
  t.same(objective, { metric: 'f0.5', direction: 'maximize', average: 'binary', positiveLabel: 'spam' });
  t.equal(describeObjective(objective), 'F0.5 of "spam"');
});

t.test('balanced or many labels ask for macro, several labels a document for micro', async (t) => {
  t.equal(defaultObjective({ counts: { a: 59, b: 41 }, documents: 100, multiLabel: false }).average, 'macro');
  t.equal(
    defaultObjective({ counts: { a: 9, b: 1, c: 1 }, documents: 11, multiLabel: false }).average,
    'macro',
  );
  const multi = defaultObjective({ counts: { a: 90, b: 10 }, documents: 95, multiLabel: true }, 'f1');
  t.same([multi.average, multi.metric, multi.positiveLabel], ['micro', 'f1', null]);
});

t.test('metric names are read as people write them', async (t) => {
  t.same(parseMetric('F0.5'), { metric: 'f0.5', direction: 'maximize' });
  t.same(parseMetric('loss'), { metric: 'loss', direction: 'minimize' });
  t.same(parseMetric('modelBytes').direction, 'minimize');
  t.throws(() => parseMetric('f 1'), UsageError);
  t.equal(betaOf('f2'), 2);
  t.equal(betaOf('false'), null);
});

t.test('NaN is never better, and the earliest of equal trials is the best', async (t) => {
  t.equal(isBetter('maximize', Number.NaN, 0), false);
  t.equal(isBetter('minimize', 1, Number.NaN), true);
  const trial = (number: number, value: number): FrozenTrial => ({
    id: number,
    number,
    state: 'complete',
    values: [value],
    startedAt: 0,
    completedAt: 1,
    params: {},
    distributions: {},
    intermediateValues: new Map(),
    userAttrs: {},
    systemAttrs: {},
  });
  const trials = [trial(0, 0.1), trial(1, 0.9), trial(2, 0.9)];
  t.equal(findBestTrial({ directions: ['maximize'] }, trials)?.number, 1);
  t.equal(findBestTrial({ directions: ['minimize'] }, trials)?.number, 0);
  t.equal(findBestTrial({ directions: ['minimize'] }, []), null);
});
