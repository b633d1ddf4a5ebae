import t from 'tap';
import { makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { bracketShares, drawBracket } from './hyperband.ts';
import { createPruner } from './index.ts';
import { geometricRungs, reachedRung } from './rungs.ts';

const study = makeStudy({}, { direction: 'maximize' });
const steps = (upTo: number, value: number) =>
  Object.fromEntries(Array.from({ length: upTo + 1 }, (_, step) => [step, value]));
const at = (number: number, value: number, upTo: number) =>
  makeTrial(number, 'running', { reports: steps(upTo, value) });
/** Eight peers that came to step 9, valued 1 … 8. */
const peers = Array.from({ length: 8 }, (_, i) => makeTrial(i, i + 1, { reports: steps(9, i + 1) }));
const prunes = (name: string, value: number, upTo: number, options = {}) =>
  createPruner({ name, options }).prune(study, at(20, value, upTo), peers);

t.test('rungs lie a factor apart', async (t) => {
  t.same(geometricRungs(1, 3, 10), [1, 3, 9]);
  t.same(geometricRungs(3, 2, 10), [3, 6]);
});

t.test('a rung is reached by the first report at it or beyond it', async (t) => {
  t.equal(reachedRung(at(0, 1, 2), [3, 9]), null);
  t.equal(reachedRung(at(0, 1, 3), [3, 9]), 3);
  t.equal(reachedRung(at(0, 1, 4), [3, 9]), null);
  t.equal(reachedRung(makeTrial(0, 'running', { reports: { 2: 1, 5: 1 } }), [3, 9]), 3);
  t.equal(reachedRung(makeTrial(0, 'running', { reports: { 10: 1 } }), [3, 9]), 9);
});

t.test('asha keeps a third at each rung, and asks at rungs only', async (t) => {
  // Nine at the rung: the best three go on, so two may be better.
  t.equal(prunes('asha', 6.5, 3), false);
  t.equal(prunes('asha', 5.5, 3), true);
  t.equal(prunes('asha', 5.5, 4), false);
  t.equal(prunes('asha', 5.5, 9), true);
  t.equal(prunes('asha', 1, 3, { minPeers: 9 }), false);
  t.equal(prunes('asha', Number.NaN, 3), true);
});

t.test('asha compares with running and stopped trials too', async (t) => {
  const others = Array.from({ length: 6 }, (_, i) =>
    makeTrial(i, i % 2 ? 'running' : 'pruned', { reports: steps(3, 5) }),
  );
  t.equal(createPruner({ name: 'asha', options: {} }).prune(study, at(9, 4, 3), others), true);
});

t.test('top-k decides once', async (t) => {
  t.equal(prunes('top-k-at-first-rung', 6.5, 3), true);
  t.equal(prunes('top-k-at-first-rung', 7.5, 3), false);
  t.equal(prunes('top-k-at-first-rung', 0, 9), false);
  t.equal(prunes('top-k-at-first-rung', 5.5, 3, { share: 0.5 }), false);
});

t.test('brackets are shared out by cost, the same in every process', async (t) => {
  const shares = bracketShares(3, 3);
  // 9/3, 3/2 and 1/1 of 5.5
  t.same(
    shares.map((share) => share.toFixed(4)),
    ['0.5455', '0.2727', '0.1818'],
  );
  const counts = [0, 0, 0];
  for (let number = 0; number < 3000; number++) counts[drawBracket(shares, 7, number)]!++;
  for (const [s, share] of shares.entries()) t.ok(Math.abs(counts[s]! / 3000 - share) < 0.03);
});

t.test('hyperband stops a bad trial early in its first bracket only, among its own', async (t) => {
  const shares = bracketShares(2, 3);
  const many = Array.from({ length: 60 }, (_, i) => makeTrial(i, i, { reports: steps(9, i) }));
  const pruner = createPruner({ name: 'hyperband', options: {} });
  for (let number = 60; number < 80; number++) {
    const first = drawBracket(shares, study.spec.seed, number) === 0;
    t.equal(pruner.prune(study, at(number, 1, 3), many), first, `trial ${number} at rung 3`);
    t.equal(pruner.prune(study, at(number, 1, 9), many), true, `trial ${number} at rung 9`);
  }
});
