import t from 'tap';
import { countLabels, weighLabels, weighPositives } from './label-weights.ts';
import { learningRateAt } from './learning-rate.ts';
import { reachRung } from './rungs.ts';
import { countSteps, planSteps, type TrainingPlan } from './stages.ts';

t.test('the rate rises in warm-up, reaches its peak and falls to nothing', async (t) => {
  const rates = (decay: 'linear' | 'cosine' | 'constant'): number[] =>
    Array.from({ length: 10 }, (_, step) => learningRateAt({ peak: 1, warmup: 0.2, decay }, step, 10));
  t.same(rates('linear'), [1 / 3, 2 / 3, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8]);
  t.same(rates('constant'), [1 / 3, 2 / 3, 1, 1, 1, 1, 1, 1, 1, 1]);
  const cosine = rates('cosine');
  t.ok(Math.abs(cosine[6]! - 0.5) < 1e-12);
  t.ok(cosine.slice(2).every((rate, i, all) => i === 0 || rate < all[i - 1]!));
  t.equal(learningRateAt({ peak: 2, warmup: 0, decay: 'linear' }, 0, 1), 2, 'a single step');
  t.equal(learningRateAt({ peak: 2, warmup: 1, decay: 'linear' }, 9, 10), (2 * 10) / 11);
});

t.test('a label counts the more the rarer it is, within bounds', async (t) => {
  const some = { counts: countLabels([[0], [0], [0], [1], [-1], []], 2), nTexts: 4 };
  t.same(weighLabels(some, 0), [1, 1]);
  t.same(weighLabels(some, 1), [4 / 6, 4 / 2]);
  t.same(weighPositives(some, 1), [1 / 3, 3]);
  t.same(weighLabels({ counts: [1e6, 0], nTexts: 1e6 }, 1), [0.5, 100]);
});

t.test('a rung is reported once, however long the schedule', async (t) => {
  for (const total of [1, 2, 7, 10, 11, 19, 23, 100, 1234]) {
    const rungs: number[] = [];
    for (let done = 1; done <= total; done++) {
      const rung = reachRung(done, total, rungs.at(-1) ?? 0);
      if (rung === null) continue;
      t.equal(rung.step, Math.round(10 * rung.progress));
      rungs.push(rung.step);
    }
    t.equal(rungs.at(-1), 10, `of ${total} steps`);
    t.ok(
      rungs.every((rung, i) => i === 0 || rung > rungs[i - 1]!),
      'rising',
    );
    if (total >= 20) t.equal(rungs.length, 10);
  }
});

const texts = Array.from({ length: 50 }, (_, i) => i);
const rate = { peak: 1, warmup: 0, decay: 'linear' } as const;
const plan: TrainingPlan = {
  stages: [
    { name: 'balanced', texts: texts.slice(0, 20), epochs: 3, rate },
    { name: 'all', texts, epochs: 2, rate: { ...rate, peak: 0.5 } },
  ],
  batches: { lengths: texts.map((i) => 1 + (i % 7)), buckets: [3, 7], batchSize: 8 },
  seed: 5,
};

t.test('stages follow each other, each with its own texts and rates', async (t) => {
  const steps = [...planSteps(plan, 0)];
  t.equal(steps.length, countSteps(plan));
  t.same([steps.length, steps.filter(({ stage }) => stage.name === 'balanced').length], [9 + 14, 9]);
  t.same([steps[0]!.learningRate, steps[9]!.learningRate], [1, 0.5]);
  t.same([steps[8]!.epoch, steps.at(-1)!.epoch], [3, 2]);
  const seen = steps.slice(9, 16).flatMap(({ batch }) => batch.texts);
  t.same(
    seen.toSorted((a, b) => a - b),
    texts,
    'every text once an epoch',
  );
  t.notSame(
    seen,
    steps.slice(16).flatMap(({ batch }) => batch.texts),
  );
});

t.test('what is left of a plan does not depend on where it goes on', async (t) => {
  const steps = [...planSteps(plan, 0)];
  for (const first of [1, 3, 8, 9, 12, 22, 23]) t.same([...planSteps(plan, first)], steps.slice(first));
});
