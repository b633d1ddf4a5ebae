import type { SearchSpace } from '../domain/search-space.ts';

const unit = { type: 'float', low: 0, high: 1 } as const;

/** Spaces of every shape that a sampler has to draw valid points from. */
export const CONTRACT_SPACES: Readonly<Record<string, SearchSpace>> = {
  'float, log, step, int': {
    lr: { type: 'float', low: 1e-5, high: 10, log: true },
    dropout: { type: 'float', low: 0.1, high: 0.7, step: 0.2 },
    x: { type: 'float', low: -3, high: 5 },
    dim: { type: 'int', low: 10, high: 300, log: true },
    batch: { type: 'int', low: 8, high: 63, step: 8 },
    seed: { type: 'int', low: -1000, high: 1000 },
  },
  'choices of every kind': {
    mixed: { type: 'categorical', choices: [1, '1', true, false, null, 'none'] },
    single: { type: 'categorical', choices: ['only'] },
    many: { type: 'categorical', choices: Array.from({ length: 100 }, (_, i) => `c${i}`) },
    y: unit,
  },
  'single values only': {
    a: { type: 'categorical', choices: [null] },
    b: { type: 'int', low: 3, high: 3 },
    c: { type: 'float', low: 0.5, high: 0.5 },
  },
  empty: {},
  'conditional, three deep': {
    // Children before their parents: the order of a space is for people.
    units3: { type: 'int', low: 8, high: 512, log: true, when: { layers: [3] } },
    units2: { type: 'int', low: 8, high: 512, log: true, when: { layers: { min: 2 } } },
    layers: { type: 'int', low: 1, high: 3, when: { model: ['mlp'] } },
    model: { type: 'categorical', choices: ['svm', 'mlp', 'tree'] },
    C: { type: 'float', low: 0.01, high: 100, log: true, when: { model: ['svm'] } },
    kernel: { type: 'categorical', choices: ['rbf', 'linear'], when: { model: ['svm'] } },
    gamma: { type: 'float', low: 1e-4, high: 10, log: true, when: { model: ['svm'], kernel: ['rbf'] } },
    depth: { type: 'int', low: 1, high: 20, when: [{ model: ['tree'] }, { layers: [1] }] },
    x: unit,
  },
  'twenty dimensions': Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [
      `x${i}`,
      i % 3 === 0 ? { type: 'int', low: 0, high: i + 1 } : unit,
    ]),
  ) as SearchSpace,
};

/** Spaces with so few points that a search meets all of them. */
export const SMALL_SPACES: Readonly<Record<string, { space: SearchSpace; points: number }>> = {
  'choices and a grid': {
    space: {
      a: { type: 'categorical', choices: ['p', 'q', 'r'] },
      b: { type: 'int', low: 0, high: 3 },
      c: { type: 'float', low: 0, high: 0.2, step: 0.1 },
    },
    points: 36,
  },
  'branches of very different size': {
    space: {
      a: { type: 'categorical', choices: ['small', 'large'] },
      b: { type: 'int', low: 1, high: 20, log: true, when: { a: ['large'] } },
    },
    points: 21,
  },
  'a single point': { space: { a: { type: 'categorical', choices: [true] } }, points: 1 },
};
