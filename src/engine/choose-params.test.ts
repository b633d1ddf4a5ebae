import t from 'tap';
import type { Params } from '../domain/distribution.ts';
import type { Model, Sampler } from '../domain/ports.ts';
import { findParamFaults, type SearchSpace } from '../domain/search-space.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { CompleteTrial, FrozenTrial } from '../domain/trial.ts';
import { createSampler } from '../samplers/index.ts';
import { scriptedSpec } from '../testing/search-fixture.ts';
import { chooseParams } from './choose-params.ts';

const SPACE: SearchSpace = {
  lr: { type: 'float', low: 0.01, high: 1, log: true },
  epoch: { type: 'int', low: 5, high: 50, step: 5 },
  loss: { type: 'categorical', choices: ['softmax', 'ova'] },
  margin: { type: 'float', low: 0, high: 1, when: { loss: ['ova'] } },
};

const study = (space: SearchSpace, fixed: Params = {}): BoundStudy => ({
  id: 1,
  name: 's',
  uuid: 'u',
  directions: ['maximize'],
  spec: { ...scriptedSpec({}), model: 'scripted', space, fixed },
  userAttrs: {},
  systemAttrs: {},
});
const random = createSampler({ name: 'random', options: {} });
const modelWith = (...defaults: Params[]): Model => ({ defaults: () => defaults }) as unknown as Model;
const choose = (
  some: {
    space?: SearchSpace;
    fixed?: Params;
    model?: Model;
    number?: number;
    enqueued?: Params;
    sampler?: Sampler;
  },
  history: readonly FrozenTrial[] = [],
) =>
  chooseParams(
    study(some.space ?? SPACE, some.fixed),
    { sampler: some.sampler ?? random, model: some.model ?? null },
    { number: some.number ?? 0, fixedParams: some.enqueued ?? {} },
    history,
  );

t.test("the model's known-good configurations come first, moved into the space", async (t) => {
  const model = modelWith({ lr: 5, epoch: 23, loss: 'softmax', dim: 100 });
  t.same((await choose({ model })).params, { lr: 1, epoch: 25, loss: 'softmax' });
  t.not((await choose({ model, number: 1 })).params['epoch'], undefined, 'then the sampler is asked');
});

t.test('a configuration that is no point of the space is passed over', async (t) => {
  const { params } = await choose({ model: modelWith({ lr: 0.1, epoch: 5, loss: 'hs' }) });
  t.ok(['softmax', 'ova'].includes(params['loss'] as string));
});

t.test('the same number gives the same params', async (t) => {
  t.same(await choose({ number: 7 }), await choose({ number: 7 }));
  t.notSame(await choose({ number: 7 }), await choose({ number: 8 }));
});

t.test('enqueued values win, and a child that they wake up gets a value', async (t) => {
  const sampler: Sampler = { sample: () => ({ lr: 0.1, epoch: 5, loss: 'softmax' }) };
  const { params, distributions } = await choose({ sampler, enqueued: { loss: 'ova', lr: 0.3 } });
  t.match(params, { lr: 0.3, epoch: 5, loss: 'ova' });
  t.type(params['margin'], 'number');
  t.same(Object.keys(distributions), ['lr', 'epoch', 'loss', 'margin']);
});

t.test('a child that an enqueued value wakes up keeps the value that the study fixes', async (t) => {
  const sampler: Sampler = { sample: () => ({ lr: 0.1, epoch: 5, loss: 'softmax' }) };
  const { params } = await choose({ sampler, fixed: { margin: 0.25 }, enqueued: { loss: 'ova' } });
  t.match(params, { loss: 'ova', margin: 0.25 });
});

t.test('enqueued values outside the space are used with a warning, except unknown choices', async (t) => {
  const { params, extra, warnings } = await choose({ enqueued: { lr: 7, loss: 'hs', dim: 10 } });
  t.equal(params['lr'], 7);
  t.ok(['softmax', 'ova'].includes(params['loss'] as string));
  t.same(extra, { dim: 10 });
  t.equal(warnings.length, 3);
});

const ranWith = (params: Params, number = 0): FrozenTrial => ({
  id: number,
  number,
  params,
  distributions: {},
  intermediateValues: new Map(),
  userAttrs: {},
  systemAttrs: {},
  state: 'complete',
  values: [1],
  startedAt: 0,
  completedAt: 1,
});

t.test('a sampler that insists on what has been run is overruled, in a continuous space too', async (t) => {
  const point = { lr: 0.1, epoch: 5, loss: 'softmax' };
  const stubborn: Sampler = { sample: () => point };
  t.same((await choose({ sampler: stubborn, number: 1 })).params, point, 'not run yet');
  const { params } = await choose({ sampler: stubborn, number: 1, fixed: { epoch: 5 } }, [ranWith(point)]);
  t.notSame(params, point);
  t.equal(params['epoch'], 5, 'what is fixed stays');
  t.same(findParamFaults(SPACE, params), []);
  t.same(
    params,
    (await choose({ sampler: stubborn, number: 1, fixed: { epoch: 5 } }, [ranWith(point)])).params,
    'and always by the same point',
  );
});

t.test('a small space is gone through to its end whatever the sampler says', async (t) => {
  const space: SearchSpace = {
    n: { type: 'int', low: 1, high: 4 },
    loss: { type: 'categorical', choices: ['a', 'b'] },
    m: { type: 'int', low: 1, high: 2, when: { loss: ['b'] } },
  };
  const stubborn: Sampler = { sample: () => ({ n: 1, loss: 'a' }) };
  const history: FrozenTrial[] = [];
  for (let number = 0; number < 12; number++) {
    history.push(ranWith((await choose({ space, sampler: stubborn, number }, history)).params, number));
  }
  t.equal(new Set(history.map(({ params }) => JSON.stringify(params))).size, 12);
});

t.test(
  'a known-good configuration that was run already makes room; an enqueued one is run as asked',
  async (t) => {
    const point = { lr: 0.1, epoch: 5, loss: 'softmax' };
    const ran = [ranWith(point)];
    const model = modelWith({ ...point, lr: 0.5 }, point);
    t.notSame((await choose({ model, number: 1 }, ran)).params, point);
    t.same((await choose({ number: 1, enqueued: point }, ran)).params, point);
  },
);

t.test('a finite space does not run the same point twice while there are others', async (t) => {
  const space: SearchSpace = { n: { type: 'int', low: 1, high: 3 } };
  const ran = (n: number, number: number): FrozenTrial => ({
    id: number,
    number,
    params: { n },
    distributions: {},
    intermediateValues: new Map(),
    userAttrs: {},
    systemAttrs: {},
    state: 'running',
    startedAt: 0,
  });
  const history = [ran(1, 0), ran(3, 1)];
  for (let number = 2; number < 12; number++)
    t.same((await choose({ space, number }, history)).params, { n: 2 });
  t.ok((await choose({ space, number: 3 }, [...history, ran(2, 2)])).params['n'], 'all were run: one again');
});

t.test('who asks at the same time as others never chooses what they choose', async (t) => {
  const space: SearchSpace = {
    epoch: { type: 'int', low: 1, high: 3 },
    loss: { type: 'categorical', choices: ['softmax', 'ova', 'hs'] },
  };
  const claimed = (number: number, params: Params = {}): FrozenTrial => {
    const { values: _, completedAt: __, ...trial } = ranWith(params, number) as CompleteTrial;
    return { ...trial, state: 'running' };
  };
  const model = modelWith({ epoch: 2, loss: 'ova' });
  for (const name of ['grid', 'sobol', 'gp', 'tpe', 'auto']) {
    const sampler = createSampler({ name, options: {} });
    // Each knows that the others are at it, and none what they chose.
    const blind: Params[] = [];
    for (let number = 0; number < 9; number++) {
      const bare = Array.from({ length: number }, (_, i) => claimed(i));
      blind.push((await choose({ space, sampler, model, number }, bare)).params);
    }
    t.equal(new Set(blind.map((params) => JSON.stringify(params))).size, 9, name);
    const seen = blind.slice(0, 8).map((params, i) => claimed(i, params));
    t.same((await choose({ space, sampler, model, number: 8 }, seen)).params, blind[8], 'as if it saw them');
  }
});
