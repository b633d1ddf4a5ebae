import { UsageError } from '../../domain/errors.ts';
import { findSpaceFaults, type SearchSpace, type SpaceEntry } from '../../domain/search-space.ts';
import { nearestName } from '../nearest.ts';
import type { SpacePatch } from './config.ts';

/**
 * A model's space as a person narrowed or replaced it: a kept type keeps what the patch leaves out.
 * @param where the place of a parameter's patch, for messages
 * @throws {UsageError} unknown parameter, or a distribution that is none
 */
export function patchSpace(
  space: SearchSpace,
  patch: SpacePatch,
  where: (name: string) => string,
): SearchSpace {
  const patched: Record<string, SpaceEntry> = { ...space };
  for (const [name, change] of Object.entries(patch)) {
    const entry = space[name];
    if (entry === undefined) throw unknownParameter(name, Object.keys(space), where(name));
    patched[name] = patchEntry(entry, change);
  }
  const [fault] = findSpaceFaults(patched);
  if (fault) throw new UsageError(`parameter "${fault.param}": ${fault.fault} (${where(fault.param)})`);
  return patched;
}

/**
 * A space that no model proposed: every parameter must be whole.
 * @throws {UsageError} a distribution that is none
 */
export function wholeSpace(given: SpacePatch, where: (name: string) => string): SearchSpace {
  const entries = Object.entries(given).map(([name, entry]) => {
    if (entry.type === undefined && !('choices' in entry))
      throw new UsageError(`parameter "${name}" needs a type (${where(name)})`, {
        fix: `${name}: { type: float, low: 0, high: 1 }`,
      });
    return [name, checkShape({ ...entry, type: entry.type ?? 'categorical' } as SpaceEntry)] as const;
  });
  return patchSpace(Object.fromEntries(entries), {}, where);
}

/** A parameter that the model does not search: fix and set use it too. */
export function unknownParameter(name: string, known: readonly string[], where: string): UsageError {
  const near = nearestName(name, known);
  return new UsageError(`the model has no parameter "${name}" (${where})`, {
    details: [`it has: ${known.join(', ')}`],
    ...(near === null ? {} : { fix: `did you mean ${near}?` }),
  });
}

function patchEntry(entry: SpaceEntry, change: Partial<SpaceEntry>): SpaceEntry {
  const type = change.type ?? ('choices' in change ? 'categorical' : entry.type);
  const kept = type === entry.type ? entry : entry.when === undefined ? {} : { when: entry.when };
  return checkShape({ ...kept, ...change, type } as SpaceEntry);
}

function checkShape(entry: SpaceEntry): SpaceEntry {
  const wanted = entry.type === 'categorical' ? ['choices'] : ['low', 'high'];
  const allowed = entry.type === 'categorical' ? wanted : [...wanted, 'log', 'step'];
  const given = Object.keys(entry).filter((key) => key !== 'type' && key !== 'when');
  const missing = wanted.filter((key) => !given.includes(key));
  const foreign = given.filter((key) => !allowed.includes(key));
  if (missing.length === 0 && foreign.length === 0) return entry;
  throw new UsageError(
    missing.length > 0
      ? `a ${entry.type} parameter needs ${missing.join(' and ')}`
      : `a ${entry.type} parameter has no ${foreign.join(', ')}`,
    { fix: entry.type === 'categorical' ? 'list its choices' : 'give low and high' },
  );
}
