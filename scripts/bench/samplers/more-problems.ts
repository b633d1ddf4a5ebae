/**
 * Further functions, of the kinds that searches of real trainings are: noise with choices, conditions three deep, plateaus,
 * twenty parameters of which few matter, whole numbers only, few levels, and regions that cannot be trained (NaN).
 *
 *   npm run bench:samplers -- --problems scripts/bench/samplers/more-problems.ts --samplers random,tpe,auto
 */
import type { Problem, ProblemEntry, ProblemParams } from './problem.ts';

const { abs, cos, floor, log10, log2, max, PI, sin } = Math;
const float = (name: string, low: number, high: number, rest: Partial<ProblemEntry> = {}): ProblemEntry => ({
  name,
  type: 'float',
  low,
  high,
  ...rest,
});
const int = (name: string, low: number, high: number, rest: Partial<ProblemEntry> = {}): ProblemEntry => ({
  ...float(name, low, high, rest),
  type: 'int',
});
const cat = (name: string, choices: readonly string[], rest: Partial<ProblemEntry> = {}): ProblemEntry => ({
  name,
  type: 'cat',
  choices,
  ...rest,
});
const log = { log: true };

/** A score between 0 and 1 with the noise of a small validation set. */
const noisyMixed: Problem = {
  name: 'noisy_mixed',
  space: [
    float('lr', 1e-3, 2, log),
    int('dim', 8, 512, log),
    float('dropout', 0, 0.6, { step: 0.1 }),
    cat('loss', ['softmax', 'ova', 'hs']),
    cat('text', ['raw', 'lower', 'lp', 'mask']),
  ],
  f: ({ lr, dim, dropout, loss, text }) =>
    0.12 +
    0.04 * (log10(lr) + 0.7) ** 2 +
    0.006 * (log2(dim) - 6.5) ** 2 +
    0.2 * (dropout - 0.2) ** 2 +
    ({ softmax: 0, ova: 0.015, hs: 0.04 }[loss as string] ?? 0) +
    ({ raw: 0.03, lower: 0.01, lp: 0, mask: 0.02 }[text as string] ?? 0),
  noise: { sigma: 0.01 },
  f_best: 0.12 + 0.006 * (log2(91) - 6.5) ** 2,
};

const deepConditional: Problem = {
  name: 'deep_conditional',
  space: [
    cat('model', ['net', 'trees', 'linear']),
    float('x', 0, 1),
    cat('optimizer', ['sgd', 'adam'], { when: { model: ['net'] } }),
    float('momentum', 0, 1, { when: { model: ['net'], optimizer: ['sgd'] } }),
    cat('schedule', ['flat', 'cosine'], { when: { model: ['net'], optimizer: ['adam'] } }),
    float('warmup', 0, 1, { when: { model: ['net'], optimizer: ['adam'], schedule: ['cosine'] } }),
    int('depth', 1, 30, { when: { model: ['trees'] } }),
    float('C', 1e-4, 1e4, { ...log, when: { model: ['linear'] } }),
  ],
  f: (p) => {
    const base = (p['x'] - 0.35) ** 2;
    if (p['model'] === 'trees') return base + 0.2 + abs(p['depth'] - 9) / 40;
    if (p['model'] === 'linear') return base + 0.25 + 0.03 * (log10(p['C']) - 1) ** 2;
    if (p['optimizer'] === 'sgd') return base + 0.15 + (p['momentum'] - 0.9) ** 2;
    return base + (p['schedule'] === 'flat' ? 0.18 : 0.05 + (p['warmup'] - 0.1) ** 2);
  },
  f_best: 0.05,
};

/** Flat but for a staircase that leads to the middle of a small basin. */
const plateau: Problem = {
  name: 'plateau',
  space: [float('a', 0, 1), float('b', 0, 1), float('c', 0, 1)],
  f: ({ a, b, c }) => floor(10 * max(abs(a - 0.7), abs(b - 0.2), abs(c - 0.55))) / 10 + abs(a - 0.7) / 100,
  f_best: 0,
};

/** Twenty parameters, three of which matter. */
const mostlyIdle: Problem = {
  name: 'idle20',
  space: Array.from({ length: 20 }, (_, i) => float(`x${String(i).padStart(2, '0')}`, 0, 1)),
  f: (p) =>
    4 * (p['x03'] - 0.3) ** 2 +
    2 * (p['x11'] - 0.8) ** 2 +
    (p['x17'] - 0.5) ** 2 * (1 + p['x03']) +
    0.05 * sin(6 * PI * p['x11']) ** 2,
  f_best: 0,
};

const wholeNumbers: Problem = {
  name: 'whole6',
  space: [
    int('a', 0, 60),
    int('b', 1, 4096, log),
    int('c', -10, 10),
    int('d', 1, 5),
    int('e', 0, 1),
    int('f', 8, 256, { step: 8 }),
  ],
  f: ({ a, b, c, d, e, f }: ProblemParams) =>
    ((a - 41) / 20) ** 2 +
    ((log2(b) - 7) / 3) ** 2 +
    (c - d) ** 2 / 30 +
    abs(d - 3) / 5 +
    (e === 1 ? 0 : 0.4) +
    ((f - 96) / 80) ** 2,
  f_best: 0,
};

/** Half of the space runs out of memory, and the best lies at the border. */
const halfFails: Problem = {
  name: 'half_fails',
  space: [int('size', 16, 1024, log), int('batch', 1, 256, log), float('lr', 1e-5, 1, log)],
  f: ({ size, batch, lr }) =>
    size * batch > 16384
      ? Number.NaN
      : 2 - log2(size * batch) / 14 + 0.1 * (log2(size) - 8) ** 2 + 0.15 * (log10(lr) + 3) ** 2,
  f_best: 1,
};

const waves: Problem = {
  name: 'waves5',
  space: Array.from({ length: 5 }, (_, i) => float(`x${i}`, -3, 3)),
  f: (p) =>
    Object.values(p).reduce(
      (sum: number, x) => sum + (x - 0.7) ** 2 + 1.5 * (1 - cos(2 * PI * (x - 0.7))),
      0,
    ),
  f_best: 0,
};

export const problems: readonly Problem[] = [
  noisyMixed,
  deepConditional,
  plateau,
  mostlyIdle,
  wholeNumbers,
  halfFails,
  waves,
];
