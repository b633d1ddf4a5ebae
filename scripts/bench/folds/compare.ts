import { createRng } from '../../../src/domain/random.ts';
import type { BenchCase } from '../report.ts';
import type { Choices } from './search-once.ts';

/** With the 95 % interval of the mean difference over the seeds. */
export interface Comparison extends BenchCase {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** A worse choice than this, in macro F1, would be a reason not to. */
const TOLERANCE = 0.005;

export function compareChoices(set: string, choices: readonly Choices[]): Comparison[] {
  const compare = (
    what: string,
    pick: (one: Choices) => readonly [ours: number, peer: number],
    judged: boolean,
  ) => comparePairs(`${set}: ${what}`, choices.map(pick), judged);
  return [
    compare('test score handed over, folds against held-out', ({ test }) => [test.folds, test.heldOut], true),
    compare('the choice alone, both trained on all', ({ choice }) => [choice.folds, choice.heldOut], true),
    compare('confirmed pick against best score', ({ test }) => [test.confirmed, test.heldOut], true),
    compare(
      'reported by held-out against its test',
      ({ reported, test }) => [reported.heldOut, test.heldOut],
      false,
    ),
    compare(
      'reported by folds against its test',
      ({ reported, test }) => [reported.folds, test.folds],
      false,
    ),
  ];
}

function comparePairs(
  name: string,
  pairs: readonly (readonly [number, number])[],
  judged: boolean,
): Comparison {
  const differences = pairs.map(([a, b]) => a - b);
  const [low, high] = intervalOfMean(differences);
  const [ours, peer] = [mean(pairs.map(([a]) => a)), mean(pairs.map(([, b]) => b))];
  const shown = `${signed(mean(differences))} [${signed(low)}, ${signed(high)}]`;
  return {
    case: `${name} (${pairs.length} seeds) ${shown}`,
    ours,
    peer,
    unit: 'macro F1',
    ratio: ours / peer,
    target: judged ? `no loss beyond ${TOLERANCE}` : 'shown only',
    ok: judged ? low > -TOLERANCE : null,
    difference: mean(differences),
    low,
    high,
  };
}

/** 95 % percentile bootstrap. */
function intervalOfMean(values: readonly number[]): [low: number, high: number] {
  const rng = createRng(1, 0, 'interval');
  const means = Array.from({ length: 4000 }, () =>
    mean(Array.from(values, () => values[rng.integer(values.length)]!)),
  ).sort((a, b) => a - b);
  return [means[Math.floor(0.025 * means.length)]!, means[Math.floor(0.975 * means.length)]!];
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
