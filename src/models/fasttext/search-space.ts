import type { Params } from '../../domain/distribution.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import type { SpaceContext } from '../../domain/study.ts';
import { NORMALISATIONS } from '../../text/normalise.ts';
import { LOSSES } from './args.ts';

/** The search space for this data. */
export function fastTextSpace(_: SpaceContext): SearchSpace {
  return {
    lr: { type: 'float', low: 0.05, high: 2, log: true },
    dim: { type: 'int', low: 10, high: 300, log: true },
    epoch: { type: 'int', low: 3, high: 100, log: true },
    wordNgrams: { type: 'int', low: 1, high: 5 },
    minn: { type: 'categorical', choices: [0, 2, 3] },
    maxnExtra: { type: 'int', low: 1, high: 3, when: { minn: { min: 1 } } },
    minCount: { type: 'int', low: 1, high: 5 },
    bucket: {
      type: 'int',
      low: 2 ** 16,
      high: 2 ** 21,
      log: true,
      when: [{ wordNgrams: { min: 2 } }, { minn: { min: 1 } }],
    },
    loss: { type: 'categorical', choices: [...LOSSES] },
    normalise: { type: 'categorical', choices: [...NORMALISATIONS] },
    oversample: { type: 'float', low: 0, high: 1 },
  };
}

export function fastTextDefaults(_: SpaceContext): readonly Params[] {
  return [
    {
      lr: 0.1,
      dim: 100,
      epoch: 5,
      wordNgrams: 1,
      minn: 0,
      minCount: 1,
      loss: 'softmax',
      normalise: 'lp',
      oversample: 0,
    },
  ];
}
