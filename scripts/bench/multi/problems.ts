import type { Params } from '../../../src/domain/distribution.ts';
import type { SearchSpace } from '../../../src/domain/search-space.ts';

/** Two functions to be minimised together. */
export interface MultiProblem {
  readonly name: string;
  readonly space: SearchSpace;
  readonly f: (params: Params) => readonly [number, number];
  /** From which hypervolume counts. */
  readonly reference: readonly [number, number];
  /** The hypervolume of the true front. */
  readonly most: number;
}

const unit = { type: 'float', low: 0, high: 1 } as const;
const D = 10;
const cube: SearchSpace = Object.fromEntries(Array.from({ length: D }, (_, i) => [`x${i}`, unit]));
const at = (params: Params, name: string): number => params[name] as number;

/** E. Zitzler, K. Deb, L. Thiele: Comparison of multiobjective evolutionary algorithms, Evol. Comput. 8 (2000), in 10 dimensions. */
function zdt(shape: (ratio: number) => number): MultiProblem['f'] {
  return (params) => {
    const rest = Array.from({ length: D - 1 }, (_, i) => at(params, `x${i + 1}`));
    const g = 1 + (9 * rest.reduce((a, b) => a + b, 0)) / (D - 1);
    const f1 = at(params, 'x0');
    return [f1, g * shape(f1 / g)];
  };
}

/**
 * How a search for a small and good model looks: an error that falls with size and capacity, a learning rate with an optimum,
 * one family that is good when small and one that is good when large, and a depth that only the latter has.
 */
const models: SearchSpace = {
  family: { type: 'categorical', choices: ['linear', 'deep', 'noise'] },
  lr: { type: 'float', low: 1e-4, high: 1, log: true },
  dim: { type: 'int', low: 4, high: 512, log: true },
  layers: { type: 'int', low: 1, high: 4, when: { family: ['deep'] } },
  bits: { type: 'categorical', choices: [4, 8, 16, 32] },
};

function smallModel(params: Params): readonly [number, number] {
  const { family, bits } = params as { family: string; bits: number };
  const layers = family === 'deep' ? at(params, 'layers') : 1;
  const size = (Math.log2(at(params, 'dim')) - 2) / 7 + (layers - 1) / 6 + Math.log2(bits / 4) / 12;
  const rate = (Math.log10(at(params, 'lr')) + 2) ** 2 / 16;
  const floor = { linear: 0.35, deep: 0.1, noise: 0.6 }[family]!;
  const fall = { linear: 0.25, deep: 0.8, noise: 0.1 }[family]!;
  const error = floor + fall * Math.exp(-3 * size) + rate + (bits === 4 ? 0.05 : 0);
  return [error, size];
}

export const PROBLEMS: readonly MultiProblem[] = [
  // ∫ over f1 of the reference's height less the front: 11 − (1 − √x) and 11 − (1 − x²) over [0, 1], and 0.1 · 11 beyond.
  {
    name: 'zdt1',
    space: cube,
    f: zdt((r) => 1 - Math.sqrt(r)),
    reference: [1.1, 11],
    most: 10 + 2 / 3 + 1.1,
  },
  { name: 'zdt2', space: cube, f: zdt((r) => 1 - r * r), reference: [1.1, 11], most: 10 + 1 / 3 + 1.1 },
  { name: 'small model', space: models, f: smallModel, reference: [1.5, 1.8], most: mostOfSmallModels() },
];

/** By looking at all of a fine grid. */
function mostOfSmallModels(): number {
  const points: (readonly [number, number])[] = [];
  for (const family of ['linear', 'deep', 'noise'])
    for (let dim = 4; dim <= 512; dim++)
      for (const layers of family === 'deep' ? [1, 2, 3, 4] : [1])
        for (const bits of [4, 8, 16, 32]) points.push(smallModel({ family, lr: 0.01, dim, layers, bits }));
  const sorted = points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let [volume, lowest] = [0, 1.8];
  for (const [error, size] of sorted) {
    if (size >= lowest || error >= 1.5) continue;
    volume += (1.5 - error) * (lowest - size);
    lowest = size;
  }
  return volume;
}
