import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRng } from '../../domain/random.ts';
import { PYTHON, runPython } from '../../testing/services.ts';
import { createPace } from '../pace.ts';
import { countCosts } from './prepare.ts';
import { predictProbabilities } from './scoring.ts';
import { createSolver } from './solver.ts';
import { encodeDocuments, fitVocabulary } from './tfidf.ts';
import { tokenise } from './tokens.ts';

const PROGRAM = `
import json, sys
import numpy as np, scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
data = json.load(open(sys.argv[1]))
words = TfidfVectorizer(token_pattern=r'\\S+', lowercase=False, ngram_range=(1, 2), sublinear_tf=True, min_df=2)
chars = TfidfVectorizer(analyzer='char_wb', lowercase=False, ngram_range=(2, 4), sublinear_tf=True, min_df=2)
texts = data['texts']
parts = [words.fit_transform(texts) * np.sqrt(0.7), chars.fit_transform(texts) * np.sqrt(0.3)]
x = sp.hstack(parts + [np.ones((len(texts), 1))]).tocsr()
model = LogisticRegression(C=20, fit_intercept=False, class_weight='balanced', tol=1e-7, max_iter=100000)
print(json.dumps({'columns': x.shape[1], 'probabilities': model.fit(x, data['labels']).predict_proba(x).ravel().tolist()}))
`;

t.test(
  'a whole model equals scikit-learn on 300 noisy texts of five labels',
  {
    skip: whyNoPeer(),
  },
  async (t) => {
    const rng = createRng(11, 0);
    const labels = Array.from({ length: 300 }, (_, i) => (i < 5 ? i : Math.min(rng.integer(9), 4)));
    const texts = labels
      .map((label) =>
        Array.from(
          { length: 6 },
          () => `w${rng.uniform() < 0.4 ? label * 7 + rng.integer(7) : rng.integer(60)}`,
        ),
      )
      .map((words) => words.join(' '));
    const path = join(t.testdir(), 'data.json');
    writeFileSync(path, JSON.stringify({ texts, labels }));
    const theirs = runPython(PROGRAM, path) as { columns: number; probabilities: number[] };

    const pace = createPace();
    const tfidf = {
      wordNgrams: 2,
      charNgrams: { min: 2, max: 4 },
      charShare: 0.3,
      sublinear: true,
      minDf: 2,
      maxFeatures: 1e6,
    };
    const corpus = await tokenise(texts, (text) => text, pace);
    const features = await encodeDocuments(corpus, await fitVocabulary(corpus, tfidf, pace), tfidf, pace);
    t.equal(features.columns, theirs.columns, 'the same number of features');
    const labelling = { gold: labels.map((label) => [label]), nLabels: 5, loss: 'softmax' } as const;
    const problem = { features, ...labelling, costs: countCosts(labelling, { C: 20, balance: 1 }) };
    const solver = createSolver(problem);
    for (let pass = 0; pass < 100; pass++) await solver.pass(createRng(1, pass), pace);
    const ours = await predictProbabilities(features, { ...problem, weights: solver.weights }, pace);
    const worst = Math.max(...theirs.probabilities.map((p, i) => Math.abs(p - ours[i]!)));
    t.ok(worst < 5e-4, `worst difference of a probability ${worst}`);
  },
);

/** Not a required service: tfidf.test.ts and solver.test.ts hold scikit-learn's numbers for smaller cases. */
function whyNoPeer(): string | false {
  if (spawnSync(PYTHON, ['-c', 'import sklearn']).status === 0) return false;
  return `${PYTHON} has no sklearn (Debian: python3-sklearn)`;
}
