/** Nine functions with known minima: smooth, steep, multimodal, mixed, conditional, noisy, and with many choices. */
import { mulberry32, type Problem, type ProblemEntry, type ProblemParams } from './problem.ts';

const { PI, cos, exp, log2, log10, sin, sqrt } = Math;

const float = (name: string, low: number, high: number): ProblemEntry => ({ name, type: 'float', low, high });
const logFloat = (name: string, low: number, high: number): ProblemEntry => ({
  ...float(name, low, high),
  log: true,
});
const int = (name: string, low: number, high: number): ProblemEntry => ({ name, type: 'int', low, high });
const logInt = (name: string, low: number, high: number): ProblemEntry => ({
  ...int(name, low, high),
  log: true,
});
const cat = (name: string, choices: readonly string[]): ProblemEntry => ({ name, type: 'cat', choices });
const axes = (n: number, low: number, high: number): ProblemEntry[] =>
  Array.from({ length: n }, (_, i) => float(`x${i}`, low, high));
const vector = (p: ProblemParams): number[] =>
  Object.keys(p)
    .sort()
    .map((name) => p[name]);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

const branin: Problem = {
  name: 'branin2',
  space: [float('x0', -5, 10), float('x1', 0, 15)],
  f: ({ x0, x1 }) =>
    (x1 - (5.1 / (4 * PI ** 2)) * x0 ** 2 + (5 / PI) * x0 - 6) ** 2 + 10 * (1 - 1 / (8 * PI)) * cos(x0) + 10,
  f_best: 0.39788735772973816,
  check: [{ params: { x0: -1.0930128139443696, x1: 12.072341482853517 }, value: 31.87439233790909 }],
};

const rosenbrock: Problem = {
  name: 'rosenbrock5',
  space: axes(5, -5, 10),
  f: (p) => {
    const x = vector(p);
    return sum(x.slice(0, 4).map((v, i) => 100 * (x[i + 1]! - v ** 2) ** 2 + (1 - v) ** 2));
  },
  f_best: 0,
  check: [
    {
      params: {
        x0: -1.0930128139443696,
        x1: 7.072341482853517,
        x2: 3.113073024433106,
        x3: 5.353651386685669,
        x4: -4.9829193751793355,
      },
      value: 338603.4250886345,
    },
  ],
};

const ackley: Problem = {
  name: 'ackley10_mixed',
  space: [
    ...[0, 1, 2, 3].map((i) => logFloat(`f${i}`, 1e-5, 10)),
    ...[0, 1, 2].map((i) => logInt(`i${i}`, 1, 1024)),
    ...[0, 1, 2].map((i) => int(`j${i}`, -20, 20)),
  ],
  f: (p) => {
    const z = [
      ...[0, 1, 2, 3].map((i) => 8 * (log10(p[`f${i}`]) + 1.7)),
      ...[0, 1, 2].map((i) => 4 * (log2(p[`i${i}`]) - 5.3)),
      ...[0, 1, 2].map((i) => p[`j${i}`] - 3),
    ];
    const [square, wave] = [mean(z.map((v) => v * v)), mean(z.map((v) => cos(2 * PI * v)))];
    return -20 * exp(-0.2 * sqrt(square)) - exp(wave) + 20 + Math.E;
  },
  f_best: 0.18125241646697932,
  check: [
    {
      params: {
        f0: 0.0003654221549840923,
        f1: 0.6744295540054804,
        f2: 0.017588516469811945,
        f3: 0.13850343827752357,
        i0: 1,
        i1: 255,
        i2: 1,
        j0: -16,
        j1: -4,
        j2: 7,
      },
      value: 19.938183197542006,
    },
  ],
};

const levy: Problem = {
  name: 'levy4',
  space: axes(4, -10, 10),
  f: (p) => {
    const w = vector(p).map((x) => 1 + (x - 1) / 4);
    const middle = w.slice(0, 3).map((v) => (v - 1) ** 2 * (1 + 10 * sin(PI * v + 1) ** 2));
    return sin(PI * w[0]!) ** 2 + sum(middle) + (w[3]! - 1) ** 2 * (1 + sin(2 * PI * w[3]!) ** 2);
  },
  f_best: 0,
  check: [
    {
      params: {
        x0: -4.790683751925826,
        x1: 6.096455310471356,
        x2: 0.8174306992441416,
        x3: 3.8048685155808926,
      },
      value: 23.822972629379773,
    },
  ],
};

const OPTIMUM = [1.1, -2.3, 3.7, 0.4, -4.1, 2.9, -0.8, -3.3, 1.9, 4.4];
const sphere: Problem = {
  name: 'sphere10',
  space: axes(10, -5, 5),
  f: (p) => sum(vector(p).map((x, i) => (x - OPTIMUM[i]!) ** 2)),
  f_best: 0,
  check: [
    {
      params: {
        x0: -2.395341875962913,
        x1: 3.048227655235678,
        x2: 0.4087153496220708,
        x3: 1.9024342577904463,
        x4: -4.988612916786224,
        x5: 3.175430877599865,
        x6: -4.886491536162794,
        x7: -3.9456349657848477,
        x8: -1.034214966930449,
        x9: 1.7094154609367251,
      },
      value: 87.74143253327725,
    },
  ],
};

const SCALING: Record<string, Record<string, number>> = {
  svm: { none: 0.06, std: 0, minmax: 0.01 },
  mlp: { none: 0.08, std: 0, minmax: 0.02 },
  tree: { none: 0, std: 0.005, minmax: 0.005 },
};
const ACTIVATION: Record<string, number> = { relu: 0, tanh: 0.02, logistic: 0.06 };
const conditional: Problem = {
  name: 'cond_mixed',
  space: [
    cat('model', ['svm', 'mlp', 'tree']),
    cat('scale', ['none', 'std', 'minmax']),
    logFloat('prep', 0.001, 10),
    { ...logFloat('C', 0.001, 1000), when: { model: ['svm'] } },
    { ...logFloat('gamma', 0.0001, 10), when: { model: ['svm'] } },
    { ...int('n_layers', 1, 3), when: { model: ['mlp'] } },
    { ...logInt('units0', 8, 512), when: { model: ['mlp'] } },
    { ...logInt('units1', 8, 512), when: { model: ['mlp'], n_layers: [2, 3] } },
    { ...logInt('units2', 8, 512), when: { model: ['mlp'], n_layers: [3] } },
    { ...logFloat('lr', 1e-5, 0.1), when: { model: ['mlp'] } },
    { ...cat('act', ['relu', 'tanh', 'logistic']), when: { model: ['mlp'] } },
    { ...int('depth', 1, 20), when: { model: ['tree'] } },
    { ...logInt('min_leaf', 1, 64), when: { model: ['tree'] } },
    { ...cat('crit', ['gini', 'entropy']), when: { model: ['tree'] } },
  ],
  f: (p) => {
    const base = SCALING[p['model']]![p['scale']]! + 0.01 * (log10(p['prep']) + 0.5) ** 2;
    if (p['model'] === 'svm') {
      const c = log10(p['C']) - 1;
      return base + 0.11 + 0.02 * c ** 2 + 0.02 * (log10(p['gamma']) + 1.5 + 0.4 * c) ** 2;
    }
    if (p['model'] === 'mlp') {
      const layers = p['n_layers'];
      const units = Array.from({ length: layers }, (_, k) => 0.01 * (log2(p[`units${k}`]) - 6.5) ** 2);
      const rate = 0.03 * (log10(p['lr']) + 2.7 + 0.3 * (layers - 1)) ** 2;
      return base + 0.08 + rate + mean(units) + ACTIVATION[p['act']]! + 0.015 * Math.abs(layers - 2);
    }
    const leaf = 0.01 * (log2(p['min_leaf']) - 2) ** 2;
    return base + 0.13 + 0.002 * (p['depth'] - 8) ** 2 + leaf + (p['crit'] === 'gini' ? 0.004 : 0);
  },
  f_best: 0.08,
  check: [
    {
      params: {
        model: 'svm',
        scale: 'minmax',
        prep: 0.1457089202184985,
        C: 13.850343827752363,
        gamma: 0.00010131961750606813,
      },
      value: 0.24038243160012682,
    },
    {
      params: {
        model: 'tree',
        scale: 'none',
        prep: 0.0026408638621461806,
        depth: 8,
        min_leaf: 13,
        crit: 'gini',
      },
      value: 0.20610634866661537,
    },
  ],
};

const boosting: Problem = {
  name: 'gbm8',
  space: [
    logFloat('lr', 0.001, 1),
    logInt('n_est', 10, 3000),
    int('depth', 1, 14),
    logFloat('mcw', 0.1, 100),
    float('sub', 0.3, 1),
    float('col', 0.3, 1),
    logFloat('l2', 1e-6, 100),
    logFloat('l1', 1e-6, 100),
  ],
  f: ({ lr, n_est, depth, mcw, sub, col, l2, l1 }) => {
    const capacity = log10(lr) + log10(n_est) + 0.35 * log2(depth + 1);
    const regularisation = 0.15 * log10(l2) + 0.1 * log10(l1) + 0.25 * log10(mcw);
    const under = Math.max(0, 2.6 - capacity);
    const over = Math.max(0, Math.max(0, capacity - 2.6) - 0.3 * (regularisation + 1));
    const deep = depth - 6;
    return (
      0.1 +
      0.08 * under ** 2 +
      0.03 * over ** 2 +
      0.02 * Math.max(0, log10(lr) + 1) ** 2 +
      (0.004 * deep ** 2) / (1 + 0.1 * Math.abs(deep)) +
      0.05 * (sub - 0.75) ** 2 +
      0.04 * (col - 0.6 - 0.02 * deep) ** 2 +
      0.006 * (regularisation + 0.2) ** 2
    );
  },
  f_best: 0.10000000000000048,
  check: [
    {
      params: {
        lr: 0.0060450157566717105,
        n_est: 976,
        depth: 8,
        mcw: 11.76874837344752,
        sub: 0.30079709582496433,
        col: 0.8722801614319906,
        l2: 1.2325563147950495e-6,
        l1: 6.974161938389642e-6,
      },
      value: 0.17230244819530804,
    },
  ],
};

/** The standard tables of Hartmann's 6-dimensional function: weights, then scale and centre of its four wells. */
const WELLS = [
  { c: 1.0, A: [10, 3, 17, 3.5, 1.7, 8], P: [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886] },
  { c: 1.2, A: [0.05, 10, 17, 0.1, 8, 14], P: [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991] },
  { c: 3.0, A: [3, 3.5, 1.7, 10, 17, 8], P: [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665] },
  { c: 3.2, A: [17, 8, 0.05, 10, 0.1, 14], P: [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381] },
];
const hartmann: Problem = {
  name: 'noisy_hartmann6',
  space: axes(6, 0, 1),
  f: (p) => {
    const x = vector(p);
    return -sum(WELLS.map(({ c, A, P }) => c * exp(-sum(A.map((a, j) => a * (x[j]! - P[j]!) ** 2)))));
  },
  noise_sigma: 0.3,
  f_best: -3.322368011415514,
  check: [
    {
      params: {
        x0: 0.3388576880097389,
        x1: 0.7264174856245518,
        x2: 0.2530496595427394,
        x3: 0.18753175903111696,
        x4: 0.4581664816942066,
        x5: 0.7659944982733577,
      },
      value: -0.5183734025203176,
    },
  ],
};

const CHOICES = Array.from({ length: 20 }, (_, i) => `c${String(i).padStart(2, '0')}`);
const draw = mulberry32(20240601);
const drawTwenty = (): number[] => Array.from({ length: 20 }, draw);
const TABLES = {
  A: drawTwenty(),
  B: drawTwenty(),
  C: drawTwenty(),
  M: Array.from({ length: 20 }, drawTwenty),
  X: drawTwenty(),
  Y: drawTwenty().map((u) => 4 * u - 2),
};
const manyChoices: Problem = {
  name: 'many_cat',
  space: [
    cat('a', CHOICES),
    cat('b', CHOICES),
    cat('c', CHOICES),
    float('x', 0, 1),
    logFloat('y', 0.001, 1000),
  ],
  f: (p) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => CHOICES.indexOf(p[name])) as [number, number, number];
    const { A, B, C, M, X, Y } = TABLES;
    const table = A[a]! + B[b]! + 0.7 * C[c]! + 0.5 * M[a]![b]!;
    return table + 2 * (p['x'] - X[a]!) ** 2 + 0.1 * (log10(p['y']) - Y[b]!) ** 2;
  },
  f_best: 0.2716059528989717,
  check: [
    {
      params: { a: 'c05', b: 'c16', c: 'c10', x: 0.6902434257790446, y: 0.0010158562336556212 },
      value: 3.4791501601363795,
    },
  ],
};

export const problems: readonly Problem[] = [
  branin,
  rosenbrock,
  ackley,
  levy,
  sphere,
  conditional,
  boosting,
  hartmann,
  manyChoices,
];
