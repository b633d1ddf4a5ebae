import t from 'tap';
import type { Objective } from '../domain/objective.ts';
import { createPruner } from '../pruners/index.ts';
import { makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { viewForPruner } from './pruning-view.ts';

const score: Objective = { metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null };
const size: Objective = { ...score, metric: 'modelBytes', direction: 'minimize' };
const single = makeStudy({}, { direction: 'maximize' });
const both = {
  ...single,
  directions: ['minimize', 'maximize'] as const,
  spec: { ...single.spec, objectives: [size, score] },
};
/** A model of growing size whose score ends at number / 10. */
const history = Array.from({ length: 10 }, (_, i) => ({
  ...makeTrial(i, 0, { reports: { 3: i / 10 } }),
  state: 'complete' as const,
  startedAt: 0,
  completedAt: 1,
  values: [1000 * i, i / 10],
  systemAttrs: { 'hpo:metrics': { loss: 10 - i } },
}));
const weak = makeTrial(10, 'running', { reports: { 3: 0.05 } });
const strong = makeTrial(11, 'running', { reports: { 3: 0.95 } });

t.test('a study with one objective is pruned as it is', async (t) => {
  const view = viewForPruner(single, history);
  t.equal(view.study, single);
  t.equal(view.history, history);
});

t.test('with several objectives a pruner sees the first that is no cost, in its direction', async (t) => {
  const view = viewForPruner(both, history);
  t.same(view.study.directions, ['maximize']);
  t.same(
    view.history.map((trial) => trial.state === 'complete' && trial.values),
    history.map(({ values }) => [values[1]]),
  );
  const pruner = createPruner({ name: 'median', options: {} });
  t.equal(pruner.prune(view.study, weak, view.history), true);
  t.equal(pruner.prune(view.study, strong, view.history), false);
});

t.test('another metric may be named, with its own direction', async (t) => {
  const spec = { ...both.spec, pruneBy: { metric: 'loss', direction: 'minimize' as const } };
  const view = viewForPruner({ ...both, spec }, history);
  t.same(view.study.directions, ['minimize']);
  t.match(view.history[3], { values: [7] });
  const pruner = createPruner({ name: 'median', options: {} });
  t.equal(pruner.prune(view.study, strong, view.history), true, 'a high loss is bad');
  t.equal(pruner.prune(view.study, weak, view.history), false);
});
