import t from 'tap';
import { createRng } from '../domain/random.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { searchOn } from '../testing/sampler-contract.ts';
import { makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { gridValues } from './grid.ts';
import { createSampler } from './index.ts';

t.test('small ranges are tried in full, large ones in even parts', async (t) => {
  t.same(gridValues({ type: 'int', low: 2, high: 5 }, 5), [2, 3, 4, 5]);
  t.same(gridValues({ type: 'float', low: 0, high: 1 }, 4), [0.125, 0.375, 0.625, 0.875]);
  t.same(
    gridValues({ type: 'float', low: 1, high: 100, log: true }, 2).map((value) =>
      (value as number).toFixed(6),
    ),
    ['3.162278', '31.622777'],
  );
  t.same(gridValues({ type: 'categorical', choices: [null, 'a'] }, 1), [null, 'a']);
});

t.test('a search meets every combination once, active parameters only', async (t) => {
  const space: SearchSpace = {
    model: { type: 'categorical', choices: ['a', 'b'] },
    depth: { type: 'int', low: 1, high: 3, when: { model: ['a'] } },
    lr: { type: 'float', low: 0, high: 1, when: { model: ['b'] } },
  };
  const trials = await searchOn(
    createSampler({ name: 'grid', options: { pointsPerRange: 2 } }),
    makeStudy(space),
    5,
    () => 1,
  );
  const met = trials.map(({ params }) => JSON.stringify(params));
  t.same(met.slice(0, 4).sort(), [
    '{"model":"a","depth":1}',
    '{"model":"a","depth":3}',
    '{"model":"b","lr":0.25}',
    '{"model":"b","lr":0.75}',
  ]);
  t.equal(new Set(met).size, 5, 'the fifth lies beside the grid');
});

t.test('points of a lost trial come again, those of a diverged one do not', async (t) => {
  const study = makeStudy({ c: { type: 'categorical', choices: ['x', 'y'] } });
  const grid = createSampler({ name: 'grid', options: {} });
  const first = await grid.sample(study, [], createRng(1, 0));
  const lost = await grid.sample(study, [makeTrial(0, 'lost', { params: first })], createRng(1, 1));
  const diverged = await grid.sample(study, [makeTrial(0, 'diverged', { params: first })], createRng(1, 1));
  t.same(lost, first);
  t.notSame(diverged, first);
});
