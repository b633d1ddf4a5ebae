import t from 'tap';
import type { Sampler } from '../domain/ports.ts';
import { createRng } from '../domain/random.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { type MadeOutcome, makeMultiStudy, makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { ordered, weighted } from './one-objective.ts';

/** What a sampler was told. */
interface Told {
  readonly study: BoundStudy;
  readonly history: readonly FrozenTrial[];
}

async function listen(
  wrap: (sampler: Sampler) => Sampler,
  { study, history, number = 0 }: Told & { readonly number?: number },
): Promise<Told> {
  const heard: Told[] = [];
  const ear: Sampler = {
    sample: (study, history) => {
      heard.push({ study, history });
      return {};
    },
  };
  await wrap(ear).sample(study, history, createRng(1, number));
  return heard[0]!;
}

const toldValue = (trial: FrozenTrial) => (trial.state === 'complete' ? trial.values[0]! : null);
const breaking = (number: number, outcome: MadeOutcome, broken: number): FrozenTrial => ({
  ...makeTrial(number, outcome),
  systemAttrs: { constraints: [broken] },
});

t.test('with one objective and nothing broken a sampler sees the history itself', async (t) => {
  const study = makeStudy({});
  const history = [makeTrial(0, 0.5), breaking(1, 0.7, -1), makeTrial(2, 'pruned')];
  for (const wrap of [ordered, weighted]) {
    const told = await listen(wrap, { study, history });
    t.equal(told.history, history);
    t.equal(told.study, study);
  }
});

t.test('of several objectives TPE is told the place among the fronts', async (t) => {
  const study = makeMultiStudy({});
  const outcomes = [[3, 3], [1, 2], [2, 1], [2, 2], 'pruned', 'running', 'diverged'] as const;
  const history = outcomes.map((outcome, i) => makeTrial(i, outcome));
  const told = await listen(ordered, { study, history });
  const values = told.history.slice(0, 4).map((trial) => toldValue(trial)!);
  t.ok(Math.max(values[1]!, values[2]!) < values[3]! && values[3]! < values[0]!, values.join(' '));
  t.same(told.history.slice(4), history.slice(4), 'what has no values stays as it is');
  t.same(told.study.directions, ['minimize']);
});

t.test('the values go the way of the reports, so that pruned trials can be compared', async (t) => {
  const study = makeMultiStudy({}, { directions: ['maximize', 'minimize'] });
  const history = [makeTrial(0, [0.9, 5]), makeTrial(1, [0.1, 9])];
  for (const wrap of [ordered, weighted]) {
    const told = await listen(wrap, { study, history });
    t.same(told.study.directions, ['maximize']);
    const [good, bad] = told.history.map(toldValue);
    t.ok(good! > bad!, `${good} above ${bad}`);
  }
});

t.test('the weights are drawn for each suggestion, and no dominated trial is ever the best', async (t) => {
  const study = makeMultiStudy({});
  const history = [
    [0, 10],
    [10, 0],
    [4, 4],
    [5, 5],
  ].map((values, i) => makeTrial(i, values));
  const winners = new Set<number>();
  for (let number = 0; number < 40; number++) {
    const told = await listen(weighted, { study, history, number });
    const values = told.history.map((trial) => toldValue(trial)!);
    winners.add(values.indexOf(Math.min(...values)));
  }
  t.same([...winners].sort(), [0, 1, 2]);
  const again = await listen(weighted, { study, history, number: 7 });
  t.same(again, await listen(weighted, { study, history, number: 7 }), 'the same trial, the same weights');
});

t.test('trials that break constraints come last by how much, or as configurations that fail', async (t) => {
  const study = makeStudy({}, { direction: 'maximize' });
  const history = [
    breaking(0, 0.99, 2),
    breaking(1, 0.98, 0.1),
    ...[0.5, 0.6, 0.7].map((v, i) => makeTrial(i + 2, v)),
  ];
  const [most, least, ...kept] = (await listen(ordered, { study, history })).history.map(
    (trial) => toldValue(trial)!,
  );
  t.same(kept, [0.5, 0.6, 0.7]);
  t.ok(most! < least! && least! < 0.5, `${most} < ${least} < 0.5`);
  const told = await listen(weighted, { study, history });
  t.match(told.history[0], { state: 'fail', failure: { kind: 'bad-config' } });
  t.notOk(Object.hasOwn(told.history[0]!, 'values'));
});

t.test('while nothing keeps the constraints, the way there is what is searched for', async (t) => {
  const study = makeMultiStudy({});
  const history = [0.5, 0.1, 3].map((broken, i) => breaking(i, [1, 1], broken));
  for (const wrap of [ordered, weighted]) {
    const values = (await listen(wrap, { study, history })).history.map((trial) => toldValue(trial)!);
    t.ok(values[1]! < values[0]! && values[0]! < values[2]!, values.join(' '));
  }
});
