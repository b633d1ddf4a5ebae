import t from 'tap';
import type { Direction } from '../domain/objective.ts';
import { makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { createPruner } from './index.ts';
import { percentileOf } from './intermediate.ts';

const peersAt = (step: number, values: readonly number[]) =>
  values.map((value, i) => makeTrial(i, value, { reports: { [step]: value } }));
const prunes = (
  direction: Direction,
  reports: Record<number, number>,
  peers: ReturnType<typeof peersAt>,
  options: Record<string, number> = {},
  name = 'median',
) =>
  createPruner({ name, options }).prune(
    makeStudy({}, { direction }),
    makeTrial(99, 'running', { reports }),
    peers,
  );

t.test('a trial is pruned strictly below the median of its peers', async (t) => {
  const peers = peersAt(4, [0.5, 0.6, 0.7, 0.8, 0.9]);
  t.equal(prunes('maximize', { 4: 0.69 }, peers), true);
  t.equal(prunes('maximize', { 4: 0.7 }, peers), false);
  t.equal(prunes('minimize', { 4: 0.71 }, peers), true);
  t.equal(prunes('minimize', { 4: 0.7 }, peers), false);
});

t.test('what counts is the best report so far, not the last', async (t) => {
  const peers = peersAt(4, [0.5, 0.6, 0.7, 0.8, 0.9]);
  t.equal(prunes('maximize', { 2: 0.75, 3: Number.NaN, 4: 0.1 }, peers), false);
});

t.test('a trial of nothing but NaN is pruned', async (t) => {
  t.equal(prunes('maximize', { 3: Number.NaN, 4: Number.NaN }, peersAt(4, [0, 0, 0, 0, 0])), true);
});

t.test('fewer complete trials than the start-up number prune nothing', async (t) => {
  const peers = peersAt(4, [0.6, 0.7, 0.8, 0.9]);
  t.equal(prunes('maximize', { 4: 0.1 }, peers), false);
  t.equal(prunes('maximize', { 4: 0.1 }, peers, { nStartupTrials: 4 }), true);
});

t.test('peers without a report at the step, and NaN ones, are no peers', async (t) => {
  const peers = [...peersAt(5, [0.6, 0.7, 0.8]), ...peersAt(4, [Number.NaN, Number.NaN])];
  t.equal(prunes('maximize', { 4: 0.1 }, peers), false);
  t.equal(prunes('maximize', { 5: 0.1 }, peers, { nMinTrials: 4 }), false);
  t.equal(prunes('maximize', { 5: 0.1 }, peers), true);
});

t.test('percentile 25 keeps the best quarter', async (t) => {
  const peers = peersAt(4, [1, 2, 3, 4, 5]);
  t.equal(prunes('minimize', { 4: 2 }, peers, {}, 'percentile'), false);
  t.equal(prunes('minimize', { 4: 2.1 }, peers, {}, 'percentile'), true);
  t.equal(prunes('maximize', { 4: 4 }, peers, {}, 'percentile'), false);
  t.equal(prunes('maximize', { 4: 3.9 }, peers, {}, 'percentile'), true);
});

t.test('percentiles are interpolated as NumPy does', async (t) => {
  t.equal(percentileOf([4, 1, 3, 2], 50), 2.5);
  t.equal(percentileOf([4, 1, 3, 2], 25), 1.75);
  t.equal(percentileOf([7], 10), 7);
  t.equal(percentileOf([1, Infinity, Infinity], 75), Infinity);
  t.ok(Number.isNaN(percentileOf([], 50)));
});
