import { createFrom, defineEntry, type RegistryEntry } from '../domain/choice.ts';
import type { Pruner } from '../domain/ports.ts';
import type { Choice } from '../domain/study.ts';
import { medianPruner } from './median.ts';
import { nonePruner } from './none.ts';
import { peerRules, percentilePruner, percentileRules } from './percentile.ts';

/** Every pruner by name; a new one is its file and one line here. */
export const PRUNERS = {
  none: defineEntry('lets every trial finish', {}, nonePruner),
  median: defineEntry('stops trials below the median of their peers', peerRules, medianPruner),
  percentile: defineEntry('keeps the best given percent of the peers', percentileRules, percentilePruner),
} satisfies Record<string, RegistryEntry<Pruner>>;

/** @throws {UsageError} for an unknown name or option, listing the known ones */
export function createPruner(choice: Choice): Pruner {
  return createFrom<Pruner>('pruner', PRUNERS, choice);
}
