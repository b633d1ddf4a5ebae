import type { OptionValues } from '../domain/choice.ts';
import type { Pruner } from '../domain/ports.ts';
import { type peerRules, percentilePruner } from './percentile.ts';

/** Stops a trial whose best value so far is worse than the median of complete trials at the same step. */
export function medianPruner(options: OptionValues<typeof peerRules>): Pruner {
  return percentilePruner({ percentile: 50, ...options });
}
