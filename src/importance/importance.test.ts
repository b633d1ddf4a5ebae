import t, { type Test } from 'tap';
import { fromUnit, type Params } from '../domain/distribution.ts';
import { NotFoundError, UsageError } from '../domain/errors.ts';
import { createRng } from '../domain/random.ts';
import { buildParams, type SearchSpace } from '../domain/search-space.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { runPython, skipWithoutPython } from '../testing/services.ts';
import { makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { computeImportance, EVALUATORS, type ImportanceOptions } from './index.ts';

const near = (t: Test, got: number, want: number, tolerance: number, what: string): boolean =>
  t.ok(Math.abs(got - want) <= tolerance, `${what}: ${got} is about ${want}`);

/** Random points of a space and what a function says of them. */
function tryOut(
  space: SearchSpace,
  n: number,
  f: (params: Params) => number | 'pruned' | 'crash',
): FrozenTrial[] {
  return Array.from({ length: n }, (_, number) => {
    const rng = createRng(1, number);
    const params = buildParams(space, (_, entry) => fromUnit(entry, rng.uniform()));
    return makeTrial(number, f(params), { params, space });
  });
}

function importanceOf(space: SearchSpace, trials: readonly FrozenTrial[], options: ImportanceOptions = {}) {
  const result = computeImportance(makeStudy(space), trials, options);
  return {
    ...result,
    of: Object.fromEntries(result.params.map((row) => [row.param, row])) as Record<
      string,
      (typeof result.params)[number]
    >,
  };
}

const FLAT: SearchSpace = {
  a: { type: 'float', low: 0, high: 1 },
  b: { type: 'float', low: 1e-4, high: 1, log: true },
  c: { type: 'categorical', choices: ['x', 'y', 'z'] },
  idle: { type: 'int', low: 1, high: 20 },
};

const C_EFFECT: Readonly<Record<string, number>> = { x: 0, y: 0.5, z: 1 };

/** 4 times a, 2 times b on its log scale, and a step for c; `idle` does nothing. */
const additive = ({ a, b, c }: Params): number =>
  4 * Number(a) + 2 * (1 + Math.log10(Number(b)) / 4) + C_EFFECT[String(c)]!;

t.test('fANOVA finds the variance shares of an additive function', async (t) => {
  const { of } = importanceOf(FLAT, tryOut(FLAT, 400, additive), { evaluator: 'fanova' });
  // Variances: 16/12, 4/12 and 1/6 of {0, ½, 1}.
  const total = 16 / 12 + 4 / 12 + 1 / 6;
  near(t, of['a']!.varianceShare!, 16 / 12 / total, 0.05, 'a');
  near(t, of['b']!.varianceShare!, 4 / 12 / total, 0.05, 'b, on its log scale');
  near(t, of['c']!.varianceShare!, 1 / 6 / total, 0.05, 'c, a choice');
  t.ok(of['idle']!.importance < 0.02, `${of['idle']!.importance}`);
  t.ok(of['a']!.spread > 0 && of['a']!.spread < 0.1, 'the trees disagree a little');
});

t.test('an interaction explains nothing alone', async (t) => {
  const xor = ({ a, b }: Params): number => Number(Number(a) > 0.5 !== Number(b) > 0.01);
  const { of } = importanceOf(FLAT, tryOut(FLAT, 400, xor), { evaluator: 'fanova' });
  t.ok(of['a']!.varianceShare! + of['b']!.varianceShare! < 0.2);
});

t.test(
  'PED-ANOVA ranks parameters by what the best trials share, and neither direction nor scale matters',
  async (t) => {
    const trials = tryOut(FLAT, 400, additive);
    const { params, of } = importanceOf(FLAT, trials);
    t.same(params.map(({ param }) => param).slice(0, 2), ['a', 'b']);
    t.ok(of['idle']!.importance < 0.08, `${of['idle']!.importance}`);
    near(
      t,
      params.reduce((sum, { importance }) => sum + importance, 0),
      1,
      1e-9,
      'they add up',
    );
    const turned = tryOut(FLAT, 400, (params) => -1000 * additive(params));
    const other = computeImportance(makeStudy(FLAT, { direction: 'maximize' }), turned);
    t.same(other.params, params);
  },
);

t.test('PED-ANOVA is the χ² divergence between the best tenth and all', async (t) => {
  const space: SearchSpace = {
    c: { type: 'categorical', choices: ['x', 'y'] },
    d: { type: 'categorical', choices: ['x', 'y'] },
  };
  // 100 trials, the best ten all have c = x; d is even in both.
  const trials = Array.from({ length: 100 }, (_, i) =>
    makeTrial(i, i, { params: { c: i < 50 ? 'x' : 'y', d: i % 2 === 0 ? 'x' : 'y' }, space }),
  );
  const { of } = importanceOf(space, trials);
  near(t, of['c']!.importance, 1, 1e-9, 'c');
  near(t, of['d']!.importance, 0, 1e-9, 'd');
});

t.test('a conditional parameter counts where it takes part', async (t) => {
  const space: SearchSpace = {
    kind: { type: 'categorical', choices: ['plain', 'fancy'] },
    depth: { type: 'int', low: 1, high: 10, when: { kind: ['fancy'] } },
    lr: { type: 'float', low: 0, high: 1 },
  };
  const trials = tryOut(
    space,
    400,
    ({ kind, depth, lr }) => Number(lr) + (kind === 'fancy' ? Number(depth) / 3 : 0),
  );
  for (const evaluator of EVALUATORS) {
    const { of } = importanceOf(space, trials, { evaluator });
    const active = trials.filter(({ params }) => params['kind'] === 'fancy').length;
    t.equal(of['depth']!.activeTrials, active, evaluator);
    t.equal(of['lr']!.activeTrials, 400);
    t.ok(of['depth']!.importance > 0.02, `${evaluator}: ${of['depth']!.importance}`);
  }
});

t.test(
  'pruned trials are no good ones for PED-ANOVA and none for fANOVA; failed and excluded ones don’t count',
  async (t) => {
    const prune = (params: Params) => (Number(params['a']) > 0.5 ? 'pruned' : additive(params));
    const trials = tryOut(FLAT, 200, prune);
    const complete = trials.filter(({ state }) => state === 'complete').length;
    t.equal(importanceOf(FLAT, trials).trials, 200);
    t.equal(importanceOf(FLAT, trials, { evaluator: 'fanova' }).trials, complete);
    const odd = [...trials, makeTrial(200, 'crash'), { ...makeTrial(201, 1e9), excluded: true as const }];
    t.same(importanceOf(FLAT, odd), importanceOf(FLAT, trials));
  },
);

t.test('only the parameters that are asked for, by another metric', async (t) => {
  const trials = tryOut(FLAT, 60, additive).map((trial) => ({
    ...trial,
    systemAttrs: { 'hpo:metrics': { f1: Number(trial.params['idle']) } },
  }));
  const { params } = importanceOf(FLAT, trials, { params: ['idle', 'a'] });
  t.same(
    params.map(({ param }) => param),
    ['a', 'idle'],
  );
  const f1 = importanceOf(FLAT, trials, { metric: 'f1', evaluator: 'fanova' });
  t.match(f1, { metric: 'f1', direction: 'maximize', params: [{ param: 'idle' }] });
  t.throws(() => importanceOf(FLAT, trials, { params: ['b2'] }), UsageError);
});

t.test('what cannot be told is said', async (t) => {
  t.throws(() => importanceOf(FLAT, tryOut(FLAT, 9, additive)), NotFoundError);
  t.throws(
    () =>
      importanceOf(
        FLAT,
        tryOut(FLAT, 30, () => 1),
      ),
    /same value/,
  );
  t.throws(
    () => importanceOf(FLAT, tryOut(FLAT, 30, additive), { metric: 'f1' }),
    /no trial has a metric "f1"/,
  );
  const single: SearchSpace = { c: { type: 'categorical', choices: [1] } };
  const trials = Array.from({ length: 20 }, (_, i) => makeTrial(i, i, { params: { c: 1 }, space: single }));
  t.throws(() => importanceOf(single, trials), /more than one value/);
});

t.test('the same trials give the same answer', async (t) => {
  const trials = tryOut(FLAT, 100, additive);
  for (const evaluator of EVALUATORS)
    t.same(importanceOf(FLAT, trials, { evaluator }), importanceOf(FLAT, trials, { evaluator }));
});

const PROGRAM = `
import json, sys, optuna
from optuna.distributions import FloatDistribution, IntDistribution, CategoricalDistribution
from optuna.importance import FanovaImportanceEvaluator
space = {"a": FloatDistribution(0, 1), "b": FloatDistribution(0, 1),
         "c": CategoricalDistribution(["x", "y", "z"]), "idle": IntDistribution(1, 20)}
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study()
for params, value in json.loads(sys.argv[1]):
    study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=value))
print(json.dumps(FanovaImportanceEvaluator(seed=0).evaluate(study)))
`;

t.test('fANOVA agrees with Optuna’s', { skip: skipWithoutPython('sklearn') }, async (t) => {
  // Without a log scale, which Optuna's leaves out of account.
  const space: SearchSpace = { ...FLAT, b: { type: 'float', low: 0, high: 1 } };
  const wavy = ({ a, b, c }: Params): number =>
    3 * Number(a) + 2 * Number(b) ** 2 + C_EFFECT[String(c)]! + Math.sin(6 * Number(a)) * Number(b);
  const trials = tryOut(space, 150, wavy);
  const rows = trials.map((trial) => [trial.params, trial.state === 'complete' ? trial.values[0] : null]);
  const theirs = runPython(PROGRAM, JSON.stringify(rows)) as Record<string, number>;
  const { of } = importanceOf(space, trials, { evaluator: 'fanova' });
  for (const [param, value] of Object.entries(theirs)) near(t, of[param]!.importance, value, 0.05, param);
});
