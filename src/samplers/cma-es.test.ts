import t from 'tap';
import type { Params } from '../domain/distribution.ts';
import { createRng } from '../domain/random.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { searchOn } from '../testing/sampler-contract.ts';
import { makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { createSampler } from './index.ts';

const cma = () => createSampler({ name: 'cma-es', options: {} });
const at = (params: Params, name: string) => params[name] as number;

const numbers: SearchSpace = {
  x: { type: 'float', low: -5, high: 5 },
  lr: { type: 'float', low: 1e-5, high: 1, log: true },
  n: { type: 'int', low: 0, high: 40 },
  drop: { type: 'float', low: 0, high: 1, step: 0.1 },
};
const bowl = (p: Params) =>
  (at(p, 'x') - 3.2) ** 2 / 10 +
  (Math.log10(at(p, 'lr')) + 3.5) ** 2 / 2 +
  ((at(p, 'n') - 33) / 10) ** 2 +
  (at(p, 'drop') - 0.2) ** 2;

t.test('a bowl of real and whole numbers is descended, the whole ones to their end', async (t) => {
  for (const seed of [0, 1]) {
    const trials = await searchOn(cma(), makeStudy(numbers, { seed }), 250, bowl);
    const best = trials.reduce((a, b) => (bowl(b.params) < bowl(a.params) ? b : a));
    t.match(best.params, { n: 33, drop: 0.2 });
    t.ok(bowl(best.params) < 1e-3, `${bowl(best.params)}`);
  }
});

t.test('a search in which several trials run at a time is no dead end either', async (t) => {
  const study = makeStudy(numbers);
  const sampler = cma();
  const history: ReturnType<typeof makeTrial>[] = [];
  const asked: Params[] = [];
  for (let number = 0; number < 160; number++) {
    const params = await sampler.sample(study, history, createRng(0, number));
    asked.push(params);
    history.push(makeTrial(number, 'running', { params, space: numbers }));
    // The oldest of four ends.
    const ended = number - 3;
    if (ended >= 0)
      history[ended] = makeTrial(ended, bowl(asked[ended]!), { params: asked[ended]!, space: numbers });
  }
  t.equal(new Set(asked.map((params) => JSON.stringify(params))).size, 160, 'no point was asked for twice');
  t.ok(Math.min(...asked.map(bowl)) < 0.05, `${Math.min(...asked.map(bowl))}`);
});

t.test('choices and conditional parameters are suggested with the numbers, and learned', async (t) => {
  const space: SearchSpace = {
    layers: { type: 'int', low: 1, high: 3 },
    units: { type: 'int', low: 8, high: 512, log: true, when: { layers: { min: 2 } } },
    x: { type: 'float', low: 0, high: 1 },
    kind: { type: 'categorical', choices: ['a', 'b', 'c', 'd'] },
  };
  const score = (p: Params) =>
    Math.abs(at(p, 'layers') - 2) + (at(p, 'x') - 0.3) ** 2 + (p['kind'] === 'c' ? 0 : 0.5);
  const trials = await searchOn(cma(), makeStudy(space), 60, score);
  const late = trials.slice(40).map(({ params }) => params);
  t.ok(late.filter(({ kind }) => kind === 'c').length > 12);
  t.ok(late.every((p) => Object.hasOwn(p, 'units') === at(p, 'layers') >= 2));
  t.ok(Math.min(...trials.map(({ params }) => score(params))) < 0.01);
});

t.test('trials from elsewhere count: a known optimum draws the search towards it', async (t) => {
  const study = makeStudy(numbers);
  const nextTo = async (n: number) => {
    const history = Array.from({ length: n }, (_, i) => {
      const params = { x: 3.2, lr: 10 ** -3.5, n: 33 - i, drop: 0.2 };
      return makeTrial(i, bowl(params), { params, space: numbers });
    });
    return bowl(await cma().sample(study, history, createRng(0, n)));
  };
  t.ok((await nextTo(24)) < 0.5 * (await nextTo(0)));
});
