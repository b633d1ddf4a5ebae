import type { Test } from 'tap';
import { fromUnit, type Params } from '../domain/distribution.ts';
import type { Sampler } from '../domain/ports.ts';
import { createRng } from '../domain/random.ts';
import { buildParams, findParamFaults } from '../domain/search-space.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { CONTRACT_SPACES, SMALL_SPACES } from './contract-spaces.ts';
import { type MadeOutcome, makeMultiStudy, makeStudy, makeTrial } from './trial-fixtures.ts';

/** What every sampler promises: src/domain/ports.ts in words, here as tests. */
export function samplerContract(t: Test, createSampler: () => Sampler): void {
  const ask = (study: BoundStudy, history: readonly FrozenTrial[]) =>
    suggest(createSampler(), study, history);

  for (const [label, space] of Object.entries(CONTRACT_SPACES)) {
    t.test(`every suggestion is a point of the space: ${label}`, async (t) => {
      const history = await searchOn(createSampler(), makeStudy(space), 40, scoreOf);
      t.same(
        history.flatMap(({ params }) => findParamFaults(space, params)),
        [],
      );
    });
  }

  const histories: Record<string, (number: number) => MadeOutcome> = {
    'all failed': () => 'diverged',
    'all lost': () => 'lost',
    'all pruned': () => 'pruned',
    'all running': () => 'running',
    'all NaN': () => Number.NaN,
    'all equal': () => 0.5,
    'infinities between numbers': (i) => [Infinity, -Infinity, Number.NaN, 0.25][i % 4]!,
    'huge and tiny values': (i) => [1e300, -1e300, 1e-300, 0][i % 4]!,
    'every state': (i) =>
      (['running', 'pruned', 'out-of-memory', 'waiting', 'lost', i / 7, -i] as const)[i % 7]!,
  };
  for (const [label, outcomeOf] of Object.entries(histories)) {
    t.test(`a history is survived: ${label}`, async (t) => {
      for (const n of [1, 12, 60]) {
        const study = makeStudy(CONTRACT_SPACES['conditional, three deep']!);
        const params = await ask(study, makeHistory(study, n, outcomeOf));
        t.same(findParamFaults(study.spec.space, params), [], `${n} trials`);
      }
    });
  }

  t.test('pruned trials with NaN reports and trials of another space are survived', async (t) => {
    const study = makeStudy(CONTRACT_SPACES['float, log, step, int']!);
    const history = Array.from({ length: 30 }, (_, i) =>
      i % 2 === 0
        ? makeTrial(i, 'pruned', {
            params: randomPoint(study, i),
            reports: { 0: 1, 1: i % 4 ? 2 : Number.NaN },
          })
        : makeTrial(i, i, { params: { lr: 1e9, gone: 'value' } }),
    );
    t.same(findParamFaults(study.spec.space, await ask(study, history)), []);
  });

  t.test('several objectives, constraints and every state of a trial are survived', async (t) => {
    const study = makeMultiStudy(CONTRACT_SPACES['conditional, three deep']!, {
      directions: ['maximize', 'minimize', 'minimize'],
    });
    const outcomeOf = (i: number): MadeOutcome =>
      (['running', 'pruned', 'diverged', 'waiting'] as const)[i % 9] ?? [
        Math.sin(i),
        i % 5,
        i === 8 ? Infinity : -i,
      ];
    for (const [label, broken] of [
      ['all feasible', () => -1],
      ['some', (i: number) => (i % 3) - 1],
      ['none', (i: number) => 1 + i],
    ] as const) {
      for (const n of [3, 12, 60]) {
        const history = makeHistory(study, n, outcomeOf).map((trial, i) =>
          trial.state === 'complete' ? { ...trial, systemAttrs: { constraints: [broken(i)] } } : trial,
        );
        const before = structuredClone([study, history]);
        const params = await ask(study, history);
        t.same(findParamFaults(study.spec.space, params), [], `${label}, ${n} trials`);
        t.same(await ask(structuredClone(study), structuredClone(history)), params, 'the same again');
        t.same([study, history], before, 'nothing is changed');
      }
    }
  });

  t.test('10,000 trials are no hindrance', async (t) => {
    for (const label of ['conditional, three deep', 'float, log, step, int']) {
      const study = makeStudy(CONTRACT_SPACES[label]!);
      const history = makeHistory(study, 10_000, (i) => (i % 10 === 9 ? 'pruned' : Math.sin(i)));
      t.same(findParamFaults(study.spec.space, await ask(study, history)), [], label);
    }
  });

  for (const label of ['float, log, step, int', 'choices of every kind', 'conditional, three deep']) {
    t.test(`workers that run at the same time have points of their own: ${label}`, async (t) => {
      const study = makeStudy(CONTRACT_SPACES[label]!);
      const told = await searchOn(createSampler(), study, 14, scoreOf);
      const all = await searchOn(createSampler(), study, 12, () => 'running', told);
      t.equal(new Set(all.map(({ params }) => JSON.stringify(params))).size, all.length);
    });
  }

  t.test('noise, of whatever size, keeps suggestions in the space and apart', async (t) => {
    const study = makeStudy(CONTRACT_SPACES['float, log, step, int']!);
    for (const sigma of [1e-6, 1, 1e6]) {
      const rng = createRng(7, 0, 'noise');
      const noisy = (params: Params) => scoreOf(params) + sigma * (rng.uniform() - 0.5);
      const history = await searchOn(createSampler(), study, 25, noisy);
      t.same(
        history.flatMap(({ params }) => findParamFaults(study.spec.space, params)),
        [],
      );
      t.equal(new Set(history.map(({ params }) => JSON.stringify(params))).size, 25, `noise ${sigma}`);
    }
  });

  t.test('a search that is cut off and begun again suggests what one in a single go does', async (t) => {
    const study = makeStudy(CONTRACT_SPACES['conditional, three deep']!);
    const whole = await searchOn(createSampler(), study, 18, scoreOf);
    const start = structuredClone(whole.slice(0, 11));
    t.same(await searchOn(createSampler(), structuredClone(study), 7, scoreOf, start), whole);
  });

  t.test('the same seed and history give the same suggestion, whatever was asked before', async (t) => {
    const study = makeStudy(CONTRACT_SPACES['conditional, three deep']!);
    const history = makeHistory(study, 40, (i) => Math.cos(i));
    const sampler = createSampler();
    const first = await suggest(sampler, study, history);
    await suggest(sampler, study, history.slice(0, 11));
    await suggest(sampler, makeStudy(CONTRACT_SPACES['float, log, step, int']!), []);
    t.same(await suggest(sampler, study, history), first);
    t.same(
      await ask(structuredClone(study), structuredClone(history)),
      first,
      'from a fresh copy of everything',
    );
  });

  t.test('neither the study nor its history is changed', async (t) => {
    const study = makeStudy(CONTRACT_SPACES['conditional, three deep']!);
    const history = makeHistory(study, 30, (i) => (i % 3 === 0 ? 'pruned' : i));
    const before = structuredClone([study, history]);
    await ask(study, history);
    t.same([study, history], before);
  });

  t.test('minimising the negated values suggests the same as maximising', async (t) => {
    const space = CONTRACT_SPACES['conditional, three deep']!;
    for (const n of [15, 40]) {
      const outcomeOf = (sign: number) => (i: number) => (i % 5 === 4 ? 'pruned' : sign * Math.sin(3 * i));
      const down = makeStudy(space);
      const up = makeStudy(space, { direction: 'maximize' });
      t.same(
        await ask(up, makeHistory(up, n, outcomeOf(-1))),
        await ask(down, makeHistory(down, n, outcomeOf(1))),
      );
    }
  });

  t.test('a fixed parameter keeps its value and decides about its children', async (t) => {
    const study = makeStudy(CONTRACT_SPACES['conditional, three deep']!, {
      fixed: { model: 'mlp', layers: 2 },
    });
    for (const { params } of await searchOn(createSampler(), study, 25, scoreOf)) {
      t.match(params, { model: 'mlp', layers: 2 });
      t.ok(Object.hasOwn(params, 'units2') && !Object.hasOwn(params, 'units3'));
    }
  });

  for (const [label, { space, points }] of Object.entries(SMALL_SPACES)) {
    t.test(`workers share out a small space before any point is repeated: ${label}`, async (t) => {
      for (const outcome of ['running', 0.5] as const) {
        const study = makeStudy(space);
        const history = await searchOn(createSampler(), study, points, () => outcome);
        t.equal(new Set(history.map(({ params }) => JSON.stringify(params))).size, points, String(outcome));
        const params = await ask(study, history);
        t.same(findParamFaults(space, params), [], 'an exhausted space gives a repeat');
      }
    });
  }
}

async function suggest(
  sampler: Sampler,
  study: BoundStudy,
  history: readonly FrozenTrial[],
): Promise<Params> {
  return sampler.sample(study, history, createRng(study.spec.seed, history.length));
}

/** A search of `n` trials, one after another, that ends each as `outcomeOf` says. @param begun the trials before them */
export async function searchOn(
  sampler: Sampler,
  study: BoundStudy,
  n: number,
  outcomeOf: (params: Params) => MadeOutcome,
  begun: readonly FrozenTrial[] = [],
): Promise<FrozenTrial[]> {
  const history = [...begun];
  for (let number = begun.length; number < begun.length + n; number++) {
    const params = await suggest(sampler, study, history);
    history.push(makeTrial(number, outcomeOf(params), { params, space: study.spec.space }));
  }
  return history;
}

/** `n` trials at random points; pruned ones have two reports. */
function makeHistory(
  study: BoundStudy,
  n: number,
  outcomeOf: (number: number) => MadeOutcome,
): FrozenTrial[] {
  const { space } = study.spec;
  const sign = study.directions[0] === 'minimize' ? 1 : -1;
  return Array.from({ length: n }, (_, i) => {
    const outcome = outcomeOf(i);
    const reports: Record<number, number> = outcome === 'pruned' ? { 1: sign * i, 2: sign * (i % 7) } : {};
    return makeTrial(i, outcome, { params: randomPoint(study, i), space, reports });
  });
}

function randomPoint({ spec }: BoundStudy, number: number): Params {
  const rng = createRng(99, number);
  return buildParams(spec.space, (_, entry) => fromUnit(entry, rng.uniform()));
}

/** Any smooth function of a point will do: the sum of its numbers, squashed, and a bonus for each first choice. */
function scoreOf(params: Params): number {
  return Object.values(params).reduce<number>(
    (sum, value) => sum + (typeof value === 'number' ? Math.tanh(value) : value === 'mlp' ? 1 : 0),
    0,
  );
}
