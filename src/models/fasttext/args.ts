/** The arguments that a `.bin` stores, by fastText's names, and those that only training needs. */
export interface FastTextArgs {
  readonly dim: number;
  readonly ws: number;
  readonly epoch: number;
  readonly minCount: number;
  readonly neg: number;
  readonly wordNgrams: number;
  readonly loss: Loss;
  /** 0 where there are neither word nor character n-grams. */
  readonly bucket: number;
  readonly minn: number;
  readonly maxn: number;
  readonly lrUpdateRate: number;
  /** Sampling threshold; stored, without effect on classifiers. */
  readonly t: number;
  readonly lr: number;
  readonly minCountLabel: number;
  /** 0 is the same as 1. */
  readonly seed: number;
  readonly labelPrefix: string;
}

export const LOSSES = ['softmax', 'ova', 'hs', 'ns'] as const;
export type Loss = (typeof LOSSES)[number];

/** The official program's defaults for `supervised`. */
export const OFFICIAL_DEFAULTS: FastTextArgs = {
  dim: 100,
  ws: 5,
  epoch: 5,
  minCount: 1,
  neg: 5,
  wordNgrams: 1,
  loss: 'softmax',
  bucket: 2_000_000,
  minn: 0,
  maxn: 0,
  lrUpdateRate: 100,
  t: 1e-4,
  lr: 0.1,
  minCountLabel: 0,
  seed: 0,
  labelPrefix: '__label__',
};

/**
 * Fills in the defaults as the official program does: no buckets where nothing is hashed; rates that are
 * given pass through float32, while the defaults 0.1 and 1e-4 are doubles.
 */
export function completeArgs(given: Partial<FastTextArgs>): FastTextArgs {
  const args = { ...OFFICIAL_DEFAULTS, ...given };
  const hashes = args.wordNgrams > 1 || args.maxn > 0;
  return {
    ...args,
    lr: given.lr === undefined ? args.lr : Math.fround(given.lr),
    t: given.t === undefined ? args.t : Math.fround(given.t),
    bucket: hashes ? args.bucket : 0,
  };
}
