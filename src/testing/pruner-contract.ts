import type { Test } from 'tap';
import type { Direction } from '../domain/objective.ts';
import type { Pruner } from '../domain/ports.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { makeStudy, makeTrial } from './trial-fixtures.ts';

const STEPS = 10;

/** What every pruner promises. Values rise with the steps, as scores do. */
export function prunerContract(t: Test, createPruner: () => Pruner): void {
  const decide = (direction: Direction, trial: FrozenTrial, history: readonly FrozenTrial[]) =>
    createPruner().prune(makeStudy({}, { direction }), trial, history);
  const peers = (n: number, sign = 1) => Array.from({ length: n }, (_, i) => learned(i, (i + 1) / n, sign));

  t.test('a trial that has reported nothing goes on', async (t) => {
    t.equal(decide('maximize', makeTrial(40, 'running'), peers(40)), false);
  });

  t.test('nothing is pruned without finished peers', async (t) => {
    for (const history of [
      [],
      peers(40).map(({ number }) => makeTrial(number, 'lost')),
      [running(1, 0.9, 5)],
    ])
      t.equal(decide('maximize', running(50, 0.1, 5), history), false);
  });

  t.test('before the third rung at most the worst are pruned', async (t) => {
    for (const upTo of [0, 1, 2])
      t.equal(decide('maximize', running(40, 0.3, upTo), peers(40)), false, `step ${upTo}`);
  });

  t.test('the best trial so far always goes on', async (t) => {
    for (let upTo = 0; upTo <= STEPS; upTo++)
      t.equal(decide('maximize', running(40, 1.5, upTo), peers(40)), false, `step ${upTo}`);
  });

  t.test('minimising the negated values decides the same as maximising', async (t) => {
    for (let i = 0; i <= 20; i++) {
      for (const upTo of [3, 5, 9]) {
        const up = decide('maximize', running(40, i / 20, upTo), peers(40));
        t.equal(
          decide('minimize', running(40, i / 20, upTo, -1), peers(40, -1)),
          up,
          `${i}/20 at step ${upTo}`,
        );
      }
    }
  });

  t.test('better reports never turn "go on" into "stop"', async (t) => {
    for (const upTo of [3, 6, 9]) {
      const decisions = Array.from({ length: 21 }, (_, i) =>
        decide('maximize', running(40, i / 20, upTo), peers(40)),
      );
      t.same(
        decisions,
        [...decisions].sort((a, b) => Number(b) - Number(a)),
        `step ${upTo}`,
      );
    }
  });

  t.test('NaN, infinities and trials of every state are survived', async (t) => {
    const odd = [Number.NaN, Infinity, -Infinity].map((value, i) =>
      makeTrial(i, value, { reports: { 3: value, 4: value } }),
    );
    const history = [
      ...odd,
      makeTrial(3, 'running'),
      makeTrial(4, 'waiting'),
      makeTrial(5, 'timeout'),
      ...peers(20),
    ];
    for (const value of [Number.NaN, Infinity, -Infinity, 0])
      t.type(
        decide('maximize', makeTrial(60, 'running', { reports: { 3: value, 4: value } }), history),
        'boolean',
      );
  });

  t.test('a decision repeats itself and leaves its arguments as they were', async (t) => {
    const pruner = createPruner();
    const study = makeStudy({}, { direction: 'maximize' });
    const [trial, history] = [running(40, 0.3, 5), peers(40)];
    const before = structuredClone([trial, history]);
    const first = pruner.prune(study, trial, history);
    pruner.prune(study, running(41, 0.9, 9), history);
    t.equal(pruner.prune(study, trial, history), first);
    t.equal(createPruner().prune(study, structuredClone(trial), structuredClone(history)), first);
    t.same([trial, history], before);
  });

  t.test('2,000 peers are no hindrance', async (t) => {
    t.type(decide('maximize', running(2000, 0.3, 5), peers(2000)), 'boolean');
  });
}

/** A complete trial whose score rises to `final`. */
export function learned(number: number, final: number, sign = 1): FrozenTrial {
  return makeTrial(number, sign * final, { reports: curve(final, STEPS, sign) });
}

/** A running trial on its way to `final`, at step `upTo` by now. */
export function running(number: number, final: number, upTo: number, sign = 1): FrozenTrial {
  return makeTrial(number, 'running', { reports: curve(final, upTo, sign) });
}

function curve(final: number, upTo: number, sign: number): Record<number, number> {
  return Object.fromEntries(
    Array.from({ length: upTo + 1 }, (_, step) => [step, (sign * final * (step + 1)) / (STEPS + 1)]),
  );
}
