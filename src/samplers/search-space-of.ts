import type { SearchSpace } from '../domain/search-space.ts';
import type { BoundStudy, StudySpec } from '../domain/study.ts';

const known = new WeakMap<StudySpec, SearchSpace>();

/** The study's space with every fixed parameter (`--fix`) as its only choice, so that samplers need no second case. */
export function searchSpaceOf({ spec }: Pick<BoundStudy, 'spec'>): SearchSpace {
  const before = known.get(spec);
  if (before !== undefined) return before;
  const entries = Object.entries(spec.space).map(([name, entry]) => {
    if (!Object.hasOwn(spec.fixed, name)) return [name, entry] as const;
    const single = { type: 'categorical' as const, choices: [spec.fixed[name]!] };
    return [name, entry.when === undefined ? single : { ...single, when: entry.when }] as const;
  });
  const space: SearchSpace = Object.fromEntries(entries);
  known.set(spec, space);
  return space;
}
