import t from 'tap';
import { createRng } from '../../domain/random.ts';
import { createPace } from '../pace.ts';
import { countCosts } from './prepare.ts';
import { predictProbabilities } from './scoring.ts';
import { createSolver, type LinearProblem, type Loss } from './solver.ts';
import { encodeDocuments, fitVocabulary, type SparseMatrix } from './tfidf.ts';
import { tokenise } from './tokens.ts';

const pace = createPace();

async function solve(problem: LinearProblem, passes: number): Promise<Float32Array> {
  const solver = createSolver(problem);
  for (let pass = 0; pass < passes; pass++) await solver.pass(createRng(1, pass), pace);
  return solver.weights;
}

/** One document whose only feature is 1: the weights have a closed form. */
const single: SparseMatrix = {
  rows: 1,
  columns: 1,
  offsets: Int32Array.of(0, 1),
  indices: Int32Array.of(0),
  values: Float32Array.of(1),
};

t.test('one document has the weight that solves w = C·(1 − p)', async (t) => {
  for (const C of [0.01, 1, 100]) {
    const costs = { present: Float64Array.of(C, C), absent: Float64Array.of(C, C) };
    const base = { features: single, gold: [[0]], nLabels: 2, costs };
    const softmax = await solve({ ...base, loss: 'softmax' }, 20);
    const p = 1 / (1 + Math.exp(-2 * softmax[0]!));
    t.ok(Math.abs(softmax[0]! - C * (1 - p)) < 2e-3 * Math.max(1, softmax[0]!), `softmax, C ${C}`);
    t.ok(Math.abs(softmax[0]! + softmax[1]!) < 1e-4, 'and the other label its opposite');
    const ova = await solve({ ...base, loss: 'ova' }, 20);
    const q = 1 / (1 + Math.exp(-ova[0]!));
    t.ok(Math.abs(ova[0]! - C * (1 - q)) < 2e-3 * Math.max(1, ova[0]!), `ova, C ${C}`);
    t.ok(Math.abs(ova[0]! + ova[1]!) < 1e-4, 'the absent label is as sure');
  }
});

const TEXTS = [
  'red fish swim',
  'blue fish swim',
  'red bird sings',
  'blue bird sings loud',
  'old dog sleeps',
  'old dog barks loud',
  'fish and bird',
  'dog and fish',
  'the bird',
  'the old fish',
];
const ONE_LABEL = [0, 0, 1, 1, 2, 2, 0, 2, 1, 0].map((label) => [label]);
const SEVERAL = [[0], [0, 1], [1], [1, 2], [2], [2], [0, 1], [0, 2], [1], []];

async function pose(loss: Loss, { C, balance = 0 }: { C: number; balance?: number }): Promise<LinearProblem> {
  const tfidf = {
    wordNgrams: 2,
    charNgrams: null,
    charShare: 0.5,
    sublinear: true,
    minDf: 1,
    maxFeatures: 100,
  };
  const corpus = await tokenise(TEXTS, (text) => text, pace);
  const features = await encodeDocuments(corpus, await fitVocabulary(corpus, tfidf, pace), tfidf, pace);
  const labelling = { gold: loss === 'softmax' ? ONE_LABEL : SEVERAL, nLabels: 3, loss };
  return { features, ...labelling, costs: countCosts(labelling, { C, balance }) };
}

/**
 * LogisticRegression(C=C, fit_intercept=False, tol=1e-10).predict_proba of scikit-learn 1.6 on TfidfVectorizer's
 * features with a column of ones; class_weight n / (3 · n_label) where balanced, one model a label for ova.
 */
const EXPECTED = {
  softmax: [
    [0.89131, 0.05615, 0.05255],
    [0.89441, 0.05383, 0.05176],
    [0.07806, 0.87333, 0.04861],
    [0.07297, 0.86728, 0.05976],
  ],
  weak: [
    [0.38233, 0.31022, 0.30745],
    [0.38277, 0.30949, 0.30774],
  ],
  balanced: [
    [0.87281, 0.06576, 0.06143],
    [0.87636, 0.06312, 0.06053],
    [0.06919, 0.88481, 0.046],
    [0.06483, 0.87859, 0.05658],
  ],
  ova: [
    [0.8467, 0.24665, 0.08484],
    [0.85211, 0.75886, 0.13591],
    [0.12664, 0.8571, 0.17266],
    [0.11273, 0.90048, 0.74324],
  ],
};

const CASES = {
  softmax: ['softmax', { C: 10 }],
  weak: ['softmax', { C: 0.1 }],
  balanced: ['softmax', { C: 10, balance: 1 }],
  ova: ['ova', { C: 10 }],
} as const;

for (const [name, [loss, options]] of Object.entries(CASES)) {
  t.test(`the optimum is scikit-learn's: ${name}`, async (t) => {
    const problem = await pose(loss, options);
    const weights = await solve(problem, 100);
    const p = await predictProbabilities(problem.features, { ...problem, weights }, pace);
    const expected = EXPECTED[name as keyof typeof EXPECTED].flat();
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - p[i]!)));
    t.ok(worst < 1e-4, `worst difference ${worst}`);
  });

  t.test(`the gradient vanishes at the optimum: ${name}`, async (t) => {
    const problem = await pose(loss, options);
    const start = gradientNorm(problem, new Float32Array(problem.features.columns * 3));
    const end = gradientNorm(problem, await solve(problem, 100));
    t.ok((await end) < 1e-3 * (await start), `${await start} → ${await end}`);
  });
}

/** Norm of W + Σ c·x ⊗ (p − y), the gradient of the penalised loss, from its definition. */
async function gradientNorm(problem: LinearProblem, weights: Float32Array): Promise<number> {
  const { features, gold, nLabels, loss, costs } = problem;
  const p = await predictProbabilities(features, { ...problem, weights }, pace);
  const gradient = Float64Array.from(weights);
  for (const [row, labels] of gold.entries()) {
    for (let i = features.offsets[row]!; i < features.offsets[row + 1]!; i++) {
      for (let k = 0; k < nLabels; k++) {
        const present = labels.includes(k);
        const cost =
          loss === 'softmax' ? costs.present[labels[0]!]! : (present ? costs.present : costs.absent)[k]!;
        const at = features.indices[i]! * nLabels + k;
        gradient[at]! += cost * features.values[i]! * (p[row * nLabels + k]! - Number(present));
      }
    }
  }
  return Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
}

t.test('a pass moves less and less, and the same seed moves the same', async (t) => {
  const problem = await pose('softmax', { C: 10 });
  const [a, b] = [createSolver(problem), createSolver(problem)];
  const moves: number[] = [];
  for (let pass = 0; pass < 12; pass++) {
    moves.push(await a.pass(createRng(3, pass), pace));
    t.equal(await b.pass(createRng(3, pass), pace), moves[pass]);
  }
  t.same(a.weights, b.weights);
  t.ok(moves[11]! < 0.02 * moves[0]!, moves.join(' '));
});

t.test('extreme costs and repeated documents stay finite', async (t) => {
  for (const loss of ['softmax', 'ova'] as const) {
    for (const C of [1e-6, 1e6, 1e9]) {
      const problem = await pose(loss, { C });
      const weights = await solve(problem, 30);
      t.ok(weights.every(Number.isFinite), `${loss}, C ${C}`);
    }
  }
});
