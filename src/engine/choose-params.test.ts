import t from 'tap';
import type { Params } from '../domain/distribution.ts';
import type { Model, Sampler } from '../domain/ports.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { FrozenTrial } from '../domain/trial.ts';
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

t.test('enqueued values outside the space are used with a warning, except unknown choices', async (t) => {
  const { params, extra, warnings } = await choose({ enqueued: { lr: 7, loss: 'hs', dim: 10 } });
  t.equal(params['lr'], 7);
  t.ok(['softmax', 'ova'].includes(params['loss'] as string));
  t.same(extra, { dim: 10 });
  t.equal(warnings.length, 3);
});

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
