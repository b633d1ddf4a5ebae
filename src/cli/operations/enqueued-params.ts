import { containsValue, type Distribution, type Params, type ParamValue } from '../../domain/distribution.ts';
import { UsageError } from '../../domain/errors.ts';
import { isJoint, MODEL_PARAM, splitModelNames, valuesOf } from '../../domain/joint-models.ts';
import type { Study } from '../../domain/study.ts';
import type { FrozenTrial, Json } from '../../domain/trial.ts';
import { nearestName } from '../nearest.ts';

/** A configuration that a person wants to be tried, and what is odd about it. */
export interface CheckedParams {
  readonly params: Params;
  readonly warnings: readonly string[];
}

/**
 * The values a person gave, held against the study's space (of another program's study: against what its trials had). A
 * number outside its range is only odd; what the study could not even store is refused.
 * @throws {UsageError} unknown name, unknown choice, or no number where one is due
 */
export function checkParams(
  study: Study,
  trials: readonly FrozenTrial[],
  given: Readonly<Record<string, Json>>,
): CheckedParams {
  const known = study.spec === null ? seenDistributions(trials) : study.spec.space;
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const entry = Object.hasOwn(known, name) ? known[name] : undefined;
    if (entry === undefined) throw unknownName(name, Object.keys(known));
    requireKind(name, entry, value);
    if (!containsValue(entry, value as ParamValue))
      warnings.push(`${name} = ${JSON.stringify(value)} is outside its range; it will be used all the same`);
  }
  return { params: { ...impliedModel(study, given), ...(given as Params) }, warnings };
}

/** In a study of several models `linear.C` says which one is meant. */
function impliedModel({ spec }: Study, given: Readonly<Record<string, Json>>): Params {
  if (spec?.model == null || !isJoint(spec.model)) return {};
  const names = splitModelNames(spec.model);
  const meant = names.filter((name) => Object.keys(valuesOf(name, given)).length > 0);
  return meant.length === 1 ? { [MODEL_PARAM]: meant[0]! } : {};
}

function seenDistributions(trials: readonly FrozenTrial[]): Readonly<Record<string, Distribution>> {
  return Object.fromEntries(trials.flatMap(({ distributions }) => Object.entries(distributions)));
}

function unknownName(name: string, known: readonly string[]): UsageError {
  const near = nearestName(name, known);
  return new UsageError(`the study has no parameter "${name}"`, {
    details: [known.length === 0 ? 'it has no search space yet' : `it has: ${known.join(', ')}`],
    ...(near === null ? {} : { fix: `did you mean ${near}?` }),
  });
}

function requireKind(name: string, entry: Distribution, value: Json): void {
  if (entry.type === 'categorical') {
    if (entry.choices.includes(value as ParamValue)) return;
    const choices = entry.choices.map((choice) => JSON.stringify(choice)).join(', ');
    throw new UsageError(`${name} = ${JSON.stringify(value)} is none of its choices`, {
      details: [`it has: ${choices}`],
    });
  }
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new UsageError(`${name} must be a number, not ${JSON.stringify(value)}`);
  if (entry.type === 'int' && !Number.isSafeInteger(value))
    throw new UsageError(`${name} must be a whole number, not ${value}`);
}

/** What a trial ran with or will run with: its params, and what was enqueued beyond them. */
export function paramsOfTrial(trial: FrozenTrial): Params {
  const enqueued = (trial.systemAttrs['fixed_params'] as Params | undefined) ?? {};
  return { ...enqueued, ...trial.params };
}
