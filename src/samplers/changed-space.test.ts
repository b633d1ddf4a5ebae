import t from 'tap';
import type { SearchSpace } from '../domain/search-space.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { rankTrials } from './rank-trials.ts';
import { encodeTrial, groupDimensions } from './search-dimensions.ts';

/** As a search of x in [0, 1] left it. */
const trial = (number: number, x: number): FrozenTrial => ({
  id: number + 1,
  number,
  state: 'complete',
  params: { x },
  distributions: { x: { type: 'float', low: 0, high: 1 } },
  intermediateValues: new Map(),
  userAttrs: {},
  systemAttrs: {},
  startedAt: 0,
  completedAt: 1,
  values: [x],
});

t.test('a trial of another range teaches where its point lies in the present space', async (t) => {
  const wide: SearchSpace = { x: { type: 'float', low: -1, high: 3 } };
  const narrow: SearchSpace = { x: { type: 'float', low: 0, high: 0.5 } };
  const [inWide, inNarrow] = [groupDimensions(wide)[0]!, groupDimensions(narrow)[0]!];
  const old = trial(0, 1);
  t.same([...encodeTrial(inWide, old)!], [0.5], 'its value counts, not the range it was drawn from');
  t.equal(encodeTrial(inNarrow, old), null);
});

t.test('an excluded trial teaches nothing', async (t) => {
  const marked: FrozenTrial = { ...trial(1, 0.9), excluded: true };
  const { ranked } = rankTrials('maximize', [trial(0, 0.1), marked, trial(2, 0.5)]);
  t.same(
    ranked.map(({ number }) => number),
    [2, 0],
  );
});
