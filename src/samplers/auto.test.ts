import t from 'tap';
import type { Params } from '../domain/distribution.ts';
import { fromUnit } from '../domain/distribution.ts';
import { createRng } from '../domain/random.ts';
import { buildParams, type SearchSpace } from '../domain/search-space.ts';
import { makeMultiStudy, makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { createSampler } from './index.ts';

const numbers: SearchSpace = {
  x: { type: 'float', low: -1, high: 1 },
  n: { type: 'int', low: 1, high: 100, log: true },
};
const mixed: SearchSpace = { ...numbers, kind: { type: 'categorical', choices: ['a', 'b', 'c'] } };

/** Who suggests the trials from number `n` on: the names whose own suggestion is the same. */
async function suggesters(space: SearchSpace, n: number, names: readonly string[]): Promise<string[]> {
  const study = makeStudy(space);
  const scoreOf = (params: Params) => ((params['x'] as number) - 0.3) ** 2;
  const history = Array.from({ length: n + 3 }, (_, i) => {
    const rng = createRng(1, i);
    const params = buildParams(space, (_name, entry) => fromUnit(entry, rng.uniform()));
    return makeTrial(i, scoreOf(params), { params, space });
  });
  const ask = async (name: string, length: number) =>
    createSampler({ name, options: {} }).sample(study, history.slice(0, length), createRng(0, length));
  const found: string[] = [];
  for (const length of [n, n + 1, n + 2, n + 3]) {
    const own = JSON.stringify(await ask('auto', length));
    const same: string[] = [];
    for (const name of names) if (JSON.stringify(await ask(name, length)) === own) same.push(name);
    found.push(same.join());
  }
  return found;
}

t.test('a short search begins evenly spread, then mostly asks the Gaussian process', async (t) => {
  t.same(await suggesters(mixed, 4, ['sobol', 'gp', 'tpe']), new Array(4).fill('sobol,gp,tpe'));
  t.same(await suggesters(mixed, 20, ['sobol', 'gp', 'tpe']), ['gp', 'gp', 'gp', 'tpe']);
});

t.test('a long one over numbers goes on with CMA-ES, over choices with TPE', async (t) => {
  const names = ['gp', 'tpe', 'cma-es'];
  t.same(await suggesters(numbers, 152, names), ['cma-es', 'gp', 'cma-es', 'tpe']);
  t.same(await suggesters(mixed, 152, names.slice(0, 2)), ['tpe', 'gp', 'tpe', 'tpe']);
});

t.test('a long one for several objectives goes on with NSGA-II', async (t) => {
  const study = makeMultiStudy(numbers);
  const history = Array.from({ length: 155 }, (_, i) => {
    const rng = createRng(1, i);
    const params = buildParams(numbers, (_name, entry) => fromUnit(entry, rng.uniform()));
    const x = params['x'] as number;
    return makeTrial(i, [x ** 2, (x - 1) ** 2 + 1 / (params['n'] as number)], { params, space: numbers });
  });
  const ask = async (name: string, length: number) =>
    createSampler({ name, options: {} }).sample(study, history.slice(0, length), createRng(0, length));
  for (const [length, name] of [
    [152, 'nsga2'],
    [153, 'gp'],
    [154, 'nsga2'],
    [155, 'tpe'],
  ] as const)
    t.same(await ask('auto', length), await ask(name, length), name);
});
