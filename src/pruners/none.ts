import type { Pruner } from '../domain/ports.ts';

/** Lets every trial finish. */
export function nonePruner(): Pruner {
  return { prune: () => false };
}
