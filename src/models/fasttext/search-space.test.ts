import t from 'tap';
import { fromUnit } from '../../domain/distribution.ts';
import { createRng } from '../../domain/random.ts';
import { buildParams, findParamFaults, findSpaceFaults } from '../../domain/search-space.ts';
import type { SpaceContext } from '../../domain/study.ts';
import { predictMemory } from './predict-memory.ts';
import { fastTextDefaults, fastTextSpace } from './search-space.ts';
import { readSettings } from './settings.ts';

const CONTEXTS: SpaceContext[] = [
  { nLabels: 2, nDocuments: 300, multiLabel: false },
  { nLabels: 105, nDocuments: 5_000, multiLabel: false },
  { nLabels: 28, nDocuments: 43_000, multiLabel: true },
  { nLabels: 700, nDocuments: 11_000, multiLabel: true },
  { nLabels: 10, nDocuments: 3_000_000, multiLabel: false },
];

t.test('every known-good configuration is a full point of the space', async (t) => {
  for (const context of CONTEXTS) {
    const space = fastTextSpace(context);
    t.same(findSpaceFaults(space), []);
    const defaults = fastTextDefaults(context);
    t.ok(defaults.length >= 2);
    for (const params of defaults) t.same(findParamFaults(space, params), [], JSON.stringify(params));
  }
});

t.test('the first configuration is the official program’s', async (t) => {
  for (const context of CONTEXTS) {
    t.match(fastTextDefaults(context)[0], {
      lr: 0.1,
      dim: 100,
      epoch: 5,
      wordNgrams: 1,
      minn: 0,
      loss: 'softmax',
    });
  }
});

t.test('what the space draws can be trained and has a memory estimate', async (t) => {
  for (const [i, context] of CONTEXTS.entries()) {
    const rng = createRng(i, 0);
    const space = fastTextSpace(context);
    const params = buildParams(space, (_, entry) => fromUnit(entry, rng.uniform()));
    const { args } = readSettings(params, {}, 1);
    t.equal(args.maxn === 0, args.minn === 0);
    t.equal(args.bucket === 0, args.wordNgrams === 1 && args.maxn === 0);
    t.ok(predictMemory(params, context) > 1e6);
  }
});

t.test('a larger model is predicted to need more memory', async (t) => {
  const context = CONTEXTS[2]!;
  const small = predictMemory({ dim: 10, wordNgrams: 1, minn: 0 }, context);
  const large = predictMemory({ dim: 200, wordNgrams: 3, minn: 2, maxnExtra: 3, bucket: 2 ** 20 }, context);
  t.ok(large > 2 * small);
});
