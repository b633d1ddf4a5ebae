import { sortBestFirst } from '../domain/best-trials.ts';
import { containsValue, type Params, type ParamValue, snapValue } from '../domain/distribution.ts';
import { isJoint, MODEL_PARAM, prefixed, splitModelNames, valuesOf } from '../domain/joint-models.ts';
import { isActive, type SearchSpace, type SpaceEntry, topologicalOrder } from '../domain/search-space.ts';
import type { BoundStudy, Study } from '../domain/study.ts';
import type { FrozenTrial } from '../domain/trial.ts';

/** A configuration of another study as this one can try it, and the trial it was. */
export interface Transferred {
  readonly params: Params;
  readonly from: number;
}

/**
 * The best `count` configurations of another study that differ from each other here: parameters that both have, moved into
 * this study's ranges; the rest is left to be sampled. Best first; empty where nothing fits.
 */
export function transferBest(
  study: BoundStudy,
  other: { readonly study: Study; readonly trials: readonly FrozenTrial[] },
  count: number,
): Transferred[] {
  const found = new Map<string, Transferred>();
  for (const trial of sortBestFirst(other.study, other.trials)) {
    if (found.size === count) break;
    const named = rename({ ...other.study.spec?.fixed, ...trial.params }, other.study, study);
    const params = moveInto(study, named);
    const key = JSON.stringify(params);
    const tells = Object.keys(params).some((name) => name !== MODEL_PARAM);
    if (tells && !found.has(key)) found.set(key, { params, from: trial.number });
  }
  return [...found.values()];
}

/** Between a study of one model and one of several, the model's name is put before the parameters or taken off. */
function rename(params: Params, from: Study, to: BoundStudy): Params {
  const [source, target] = [from.spec?.model ?? '', to.spec.model];
  if (isJoint(source) === isJoint(target)) return params;
  if (isJoint(source)) return params[MODEL_PARAM] === target ? valuesOf(target, params) : {};
  if (!splitModelNames(target).includes(source)) return {};
  const own = Object.entries(params).map(([name, value]) => [prefixed(source, name), value]);
  return { [MODEL_PARAM]: source, ...Object.fromEntries(own) };
}

/** Parents first, so that a child is kept only where it takes part; fixed parameters stay the study's own. */
function moveInto({ spec: { space, fixed } }: BoundStudy, named: Params): Params {
  const moved: Record<string, ParamValue> = {};
  for (const name of topologicalOrder(space)) {
    if (Object.hasOwn(fixed, name) || !Object.hasOwn(named, name)) continue;
    if (!isActive(space[name]!, { ...fixed, ...moved })) continue;
    const value = fit(space, name, named[name]!);
    if (value !== null) moved[name] = value;
  }
  return moved;
}

function fit(space: SearchSpace, name: string, value: ParamValue): ParamValue | null {
  const entry: SpaceEntry = space[name]!;
  if (entry.type === 'categorical') return containsValue(entry, value) ? value : null;
  return typeof value === 'number' && Number.isFinite(value) ? snapValue(entry, value) : null;
}
