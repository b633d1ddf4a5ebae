import type { Distribution, ParamValue } from '../../domain/distribution.ts';
import type { Storage } from '../../domain/ports.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import type { Study } from '../../domain/study.ts';
import type { StudyLine, TrialLine } from '../../domain/study-lines.ts';
import type { FrozenTrial } from '../../domain/trial.ts';
import { encodeParam, formatDistribution } from '../../storage/distribution-json.ts';
import type { BoundSpec } from './bind-spec.ts';

export interface CopiedStudy {
  readonly study: Study & { readonly spec: BoundSpec };
  readonly copied: number;
  /** Trials with a value that the new space has no place for, or that still run. */
  readonly left: number;
}

/**
 * A new study with another search space and the old one's finished and waiting trials. A categorical value is stored as
 * the index of its choice, so it is found anew among the new choices; a number outside its new range stays as it was.
 */
export async function copyStudy(
  storage: Storage,
  from: Study,
  to: { readonly name: string; readonly spec: BoundSpec },
): Promise<CopiedStudy> {
  const trials = await storage.getTrials(from.id);
  let copied = 0;
  async function* lines(): AsyncGenerator<StudyLine> {
    for await (const line of storage.exportStudy(from.id)) {
      if (line.type === 'study')
        yield { ...line, own: line.own && { ...line.own, spec: JSON.stringify(to.spec) } };
      if (line.type !== 'trial') continue;
      const moved = moveTrial(line, trials[line.number]!, to.spec.space, copied);
      if (moved === null) continue;
      copied++;
      yield moved;
    }
  }
  const [study] = await storage.importStudies(lines(), () => to.name);
  await storage.addEvent(study!.id, null, 'copied', {
    from: from.name,
    copied,
    left: trials.length - copied,
  });
  return { study: { ...study!, spec: to.spec }, copied, left: trials.length - copied };
}

/** Null for a trial that has no place in the new study. Attempts stay behind: their folders are the old study's. */
function moveTrial(
  line: TrialLine,
  trial: FrozenTrial,
  space: SearchSpace,
  number: number,
): TrialLine | null {
  if (trial.state === 'running') return null;
  const params: [string, number, string][] = [];
  for (const [name, value] of Object.entries(trial.params)) {
    const distribution = placeFor(space[name] ?? trial.distributions[name]!, value);
    const stored = distribution === null ? null : encodeParam(distribution, value);
    if (distribution === null || stored === null) return null;
    params.push([name, stored, formatDistribution(distribution)]);
  }
  return { ...line, number, params, attempts: [] };
}

/** A range that holds the value, as wide as it must be: bounds may differ between the trials of one study. */
function placeFor(entry: Distribution, value: ParamValue): Distribution | null {
  if (entry.type === 'categorical') return entry.choices.includes(value) ? entry : null;
  if (typeof value !== 'number' || (entry.type === 'int' && !Number.isInteger(value))) return null;
  if (entry.log && value <= 0) return null;
  return { ...entry, low: Math.min(entry.low, value), high: Math.max(entry.high, value) };
}
