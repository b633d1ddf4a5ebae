/**
 * Hyperband: several successive halvings side by side. One stops early and often, the next begins later, the last hardly
 * stops anything; trials whose early values deceive survive in the later ones. A trial's bracket is a hash of the study's
 * seed and its number, so that every process knows every trial's bracket without any record.
 *
 * L. Li et al.: Hyperband: a novel bandit-based approach to hyperparameter optimization. JMLR 18 (2018), algorithm 1.
 */
import type { OptionValues } from '../domain/choice.ts';
import type { Pruner } from '../domain/ports.ts';
import { mixSeed } from '../domain/random.ts';
import { ashaPruner, type ashaRules } from './asha.ts';
import { geometricRungs } from './rungs.ts';

export function hyperbandPruner(options: OptionValues<typeof ashaRules>): Pruner {
  const { reductionFactor, minResource, maxResource } = options;
  const starts = geometricRungs(minResource, reductionFactor, maxResource);
  const brackets = starts.map((start) => ashaPruner({ ...options, minResource: start }));
  const shares = bracketShares(brackets.length, reductionFactor);
  return {
    prune(study, trial, history) {
      const bracketOf = (number: number) => drawBracket(shares, study.spec.seed, number);
      const own = bracketOf(trial.number);
      return brackets[own]!.prune(
        study,
        trial,
        history.filter(({ number }) => bracketOf(number) === own),
      );
    },
  };
}

/** Bracket s (0 stops earliest) gets trials so that all brackets cost about the same: η^(smax − s) / (smax − s + 1). */
export function bracketShares(n: number, eta: number): number[] {
  const sizes = Array.from({ length: n }, (_, s) => eta ** (n - 1 - s) / (n - s));
  const total = sizes.reduce((a, b) => a + b, 0);
  return sizes.map((size) => size / total);
}

export function drawBracket(shares: readonly number[], seed: number, number: number): number {
  let u = (mixSeed(seed, number, 'hyperband') >>> 0) / 2 ** 32;
  for (let s = 0; s < shares.length - 1; s++) {
    if (u < shares[s]!) return s;
    u -= shares[s]!;
  }
  return shares.length - 1;
}
