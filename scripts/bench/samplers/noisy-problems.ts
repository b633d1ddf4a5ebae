/**
 * Problems with noise, choices and conditions together, as a small validation set gives them: noise from a hundredth of the
 * range to more than what is left to win.
 *
 *   npm run bench:samplers -- --problems scripts/bench/samplers/noisy-problems.ts --samplers random,tpe,auto,optuna
 */
import { mulberry32, type Problem, type ProblemEntry, type ProblemParams } from './problem.ts';
import { problems as smooth } from './problems.ts';

const { abs, cos, log10, log2, PI, sin } = Math;
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
const cat = (
  name: string,
  choices: ProblemEntry['choices'],
  rest: Partial<ProblemEntry> = {},
): ProblemEntry => ({
  name,
  type: 'cat',
  choices,
  ...rest,
});
const log = { log: true };
const withNoise = (name: string, as: string, sigma: number): Problem => ({
  ...smooth.find((problem) => problem.name === name)!,
  name: as,
  noise_sigma: sigma,
});

/** Three families of classifiers on a small validation set: error, its standard error .008. */
const classifiers: Problem = {
  name: 'classifiers',
  space: [
    cat('model', ['linear', 'boosting', 'net']),
    cat('text', ['raw', 'lower', 'stems', 'chars', 'words+chars']),
    int('maxFeatures', 1000, 300_000, log),
    float('C', 1e-3, 1e3, { ...log, when: { model: ['linear'] } }),
    cat('balance', [true, false], { when: { model: ['linear', 'net'] } }),
    int('trees', 20, 2000, { ...log, when: { model: ['boosting'] } }),
    float('shrink', 1e-3, 1, { ...log, when: { model: ['boosting'] } }),
    float('lr', 1e-5, 1e-1, { ...log, when: { model: ['net'] } }),
    int('layers', 1, 4, { when: { model: ['net'] } }),
    float('dropout', 0, 0.7, { step: 0.1, when: { model: ['net'], layers: [2, 3, 4] } }),
  ],
  f: (p) => {
    const text =
      { raw: 0.03, lower: 0.012, stems: 0.02, chars: 0.015, 'words+chars': 0 }[p['text'] as string] ?? 0;
    const base =
      0.1 + text + 0.006 * (log10(p['maxFeatures']) - 4.7) ** 2 + (p['balance'] === false ? 0.01 : 0);
    if (p['model'] === 'linear') return base + 0.02 + 0.01 * (log10(p['C']) - 0.8) ** 2;
    if (p['model'] === 'boosting')
      return (
        base +
        0.04 +
        0.03 * (log10(p['trees']) + log10(p['shrink']) - 1.4) ** 2 +
        0.01 * (log10(p['shrink']) + 1.3) ** 2
      );
    return (
      base +
      0.012 * (log10(p['lr']) + 3 + 0.3 * (p['layers'] - 1)) ** 2 +
      0.012 * abs(p['layers'] - 2) +
      (p['layers'] > 1 ? 0.2 * (p['dropout'] - 0.3) ** 2 : 0.02)
    );
  },
  noise_sigma: 0.008,
  f_best: 0.1,
};

const fifteen = mulberry32(15);
const GAINS = Array.from({ length: 15 }, () => fifteen());
const CENTRES = Array.from({ length: 15 }, () => fifteen());
const NAMES = GAINS.map((_, i) => `kind${i}`);

/** Fifteen choices, each with an optimum of its own. */
const fifteenKinds: Problem = {
  name: 'fifteen_kinds',
  space: [cat('kind', NAMES), float('x', 0, 1), float('y', 1e-4, 1, log), int('n', 1, 12)],
  f: ({ kind, x, y, n }) => {
    const k = NAMES.indexOf(kind);
    return GAINS[k]! + 2 * (x - CENTRES[k]!) ** 2 + 0.1 * (log10(y) + 2) ** 2 + abs(n - 4) / 20;
  },
  noise_sigma: 0.05,
  f_best: Math.min(...GAINS),
};

/** Twenty parameters of all types, four of which matter. */
const mostlyIdle: Problem = {
  name: 'idle20_mixed',
  space: [
    ...Array.from({ length: 8 }, (_, i) => float(`x${i}`, 0, 1)),
    ...Array.from({ length: 4 }, (_, i) => float(`l${i}`, 1e-5, 1, log)),
    ...Array.from({ length: 4 }, (_, i) => int(`n${i}`, 1, 16)),
    ...Array.from({ length: 4 }, (_, i) => cat(`c${i}`, ['a', 'b', 'c', 'd'])),
  ],
  f: (p) =>
    2 * (p['x3'] - 0.4) ** 2 +
    0.15 * (log10(p['l1']) + 3) ** 2 +
    abs(p['n2'] - 11) / 12 +
    ({ a: 0.4, b: 0.15, c: 0, d: 0.3 }[p['c0'] as string] ?? 0),
  noise_sigma: 0.05,
  f_best: 0,
};

/** A learning rate and a batch size that go together, a schedule with children, and noise that hides the last tenth. */
const schedule: Problem = {
  name: 'schedule',
  space: [
    float('lr', 1e-6, 1, log),
    int('batch', 8, 512, log),
    cat('schedule', ['constant', 'step', 'cosine', 'cycle']),
    int('every', 1, 30, { when: { schedule: ['step'] } }),
    float('gamma', 0.1, 0.9, { when: { schedule: ['step'] } }),
    float('warmup', 0, 0.5, { step: 0.05, when: { schedule: ['cosine', 'cycle'] } }),
    cat('norm', [true, false]),
    float('decay', 1e-8, 1e-1, log),
  ],
  f: (p: ProblemParams) => {
    const rate = log10(p['lr']) + 3 - 0.5 * (log2(p['batch']) - 5) * log10(2);
    const base =
      0.25 +
      0.03 * rate ** 2 +
      0.004 * (log10(p['decay']) + 4) ** 2 +
      (p['norm'] ? 0 : 0.03 * (1 + rate ** 2 / 4));
    if (p['schedule'] === 'constant') return base + 0.05;
    if (p['schedule'] === 'step')
      return base + 0.02 + 0.0004 * (p['every'] - 10) ** 2 + 0.2 * (p['gamma'] - 0.4) ** 2;
    return base + 0.6 * (p['warmup'] - 0.1) ** 2 + (p['schedule'] === 'cycle' ? 0.012 : 0);
  },
  noise_sigma: 0.015,
  f_best: 0.25,
};

/** Waves under noise: many valleys, the deepest of which noise can hide. */
const noisyWaves: Problem = {
  name: 'noisy_waves3',
  space: ['a', 'b', 'c'].map((name) => float(name, -2, 2)),
  f: ({ a, b, c }) =>
    (a - 0.5) ** 2 +
    (b + 0.3) ** 2 +
    (c - 1) ** 2 / 2 +
    0.6 * (1 - cos(3 * PI * (a - 0.5))) +
    0.3 * sin(2 * PI * (b + 0.3)) ** 2,
  noise_sigma: 0.2,
  f_best: 0,
};

export const problems: readonly Problem[] = [
  withNoise('branin2', 'noisy_branin2', 3),
  withNoise('noisy_hartmann6', 'hartmann6_calm', 0.1),
  withNoise('noisy_hartmann6', 'hartmann6_loud', 0.6),
  withNoise('cond_mixed', 'noisy_cond_mixed', 0.02),
  classifiers,
  fifteenKinds,
  mostlyIdle,
  schedule,
  noisyWaves,
];
