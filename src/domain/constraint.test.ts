import t from 'tap';
import { isFeasible, judgeConstraints, parseConstraint, totalViolation, violationOf } from './constraint.ts';
import { UsageError } from './errors.ts';
import type { TrialOutcome } from './trial.ts';

t.test('a constraint is read with its unit', async (t) => {
  const read = (text: string) => {
    const { metric, relation, bound } = parseConstraint(text);
    return [metric, relation, bound];
  };
  t.same(read('modelBytes <= 5MB'), ['modelBytes', '<=', 5e6]);
  t.same(read('modelBytes<=1.5 MiB'), ['modelBytes', '<=', 1.5 * 2 ** 20]);
  t.same(read('latencyMs ≤ 2'), ['latencyMs', '<=', 2]);
  t.same(read('latencyMs <= 0.5s'), ['latencyMs', '<=', 500]);
  t.same(read('trainSeconds <= 2min'), ['trainSeconds', '<=', 120]);
  t.same(read('F0.5 >= .8'), ['f0.5', '>=', 0.8]);
  t.same(read('loss<=-1e-3'), ['loss', '<=', -0.001]);
});

t.test('what is no constraint is refused with an example', async (t) => {
  for (const text of ['', 'modelBytes', 'modelBytes 5MB', '<= 5', 'f1 >= high', 'f1 > 0.8', 'f1 == 1'])
    t.throws(() => parseConstraint(text), UsageError, text);
  t.throws(() => parseConstraint('f1 >= 80%'), { message: /not measured in %/, fix: 'leave the unit out' });
  t.throws(() => parseConstraint('modelBytes <= 5ms'), { message: /not measured in ms/ });
});

t.test('a violation is a share of the bound, whichever way the constraint goes', async (t) => {
  const size = parseConstraint('modelBytes <= 4MB');
  t.equal(violationOf(size, 5e6), 0.25);
  t.equal(violationOf(size, 4e6), 0);
  t.ok(violationOf(size, 1e6) < 0);
  t.equal(violationOf(parseConstraint('f1 >= 0.5'), 0.25), 0.5);
  t.equal(violationOf(parseConstraint('loss <= 0'), 3), 3);
  t.ok(Number.isFinite(violationOf(size, Number.POSITIVE_INFINITY)), 'JSON has no infinity');
});

const complete = (metrics: Record<string, number>): TrialOutcome => ({
  state: 'complete',
  values: [0.5],
  metrics,
  artifact: null,
  details: {},
});

t.test('an outcome is judged by every constraint; one that lacks a metric has failed', async (t) => {
  const constraints = ['modelBytes <= 4MB', 'latencyMs <= 2'].map(parseConstraint);
  const judge = (metrics: Record<string, number>) => judgeConstraints(constraints, complete(metrics));
  t.match(judge({ modelBytes: 5e6, latencyMs: 1 }), { state: 'complete', constraints: [0.25, -0.5] });
  t.match(judge({ modelBytes: 5e6 }), {
    state: 'fail',
    failure: { kind: 'bad-config', message: /latencyMs/ },
  });
  t.match(judge({ modelBytes: Number.NaN, latencyMs: 1 }), { state: 'fail', failure: { kind: 'diverged' } });
  t.equal(judgeConstraints(undefined, complete({})).state, 'complete');
});

t.test('feasible is what Optuna calls feasible', async (t) => {
  const withAttr = (constraints: unknown) => ({ systemAttrs: { constraints } as never });
  t.ok(isFeasible({ systemAttrs: {} }));
  t.ok(isFeasible(withAttr([-1, 0])));
  t.notOk(isFeasible(withAttr([-1, 1e-9])));
  t.equal(totalViolation(withAttr([0.5, -3, 0.25])), 0.75);
  t.notOk(isFeasible(withAttr([null])), 'Python may have written NaN');
});
