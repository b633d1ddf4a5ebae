import { findFront } from '../../domain/best-trials.ts';
import { findConfirmation } from '../../domain/confirmation.ts';
import type { Distribution } from '../../domain/distribution.ts';
import type { StudySummary } from '../../domain/ports.ts';
import type { SpaceEntry } from '../../domain/search-space.ts';
import type { Choice, DataRef, Study, StudyData } from '../../domain/study.ts';
import { type FrozenTrial, type Json, TRIAL_STATES } from '../../domain/trial.ts';
import { describePick } from './confirmation-text.ts';
import type { Fact } from './facts.ts';
import { countFeasible, describeVolume, measureFront } from './front.ts';
import { describeConstraint } from './goals.ts';
import type { Listing, RowRecord } from './listing.ts';
import { plain } from './plain.ts';
import { formatCell, formatNumber, formatPairs, formatTime } from './readable.ts';
import { describeObjectives } from './study-listing.ts';
import { valueText } from './trial-facts.ts';
import { toStudyRecord } from './trial-record.ts';

/** A study as `hpo show -f json` prints it: the record of `hpo studies` and what the study is bound to. */
export function toOverviewRecord(summary: StudySummary, trials: readonly FrozenTrial[]): RowRecord {
  const { study } = summary;
  const front = findFront(study, trials);
  return {
    ...toStudyRecord(summary),
    uuid: study.uuid,
    // The storage keeps the spec as JSON, so it is JSON.
    spec: study.spec as Json,
    userAttrs: study.userAttrs,
    front: front.map(({ number }) => number),
    hypervolume: study.directions.length > 1 ? { ...measureFront(study, trials, front) } : null,
  };
}

export function studyFacts(
  { study, states, best, lastStartedAt }: StudySummary,
  trials: readonly FrozenTrial[],
): Fact[] {
  const { spec } = study;
  const counts = TRIAL_STATES.filter((state) => states[state] > 0).map(
    (state) => `${states[state]} ${state}`,
  );
  return [
    [study.directions.length > 1 ? 'objectives' : 'objective', describeObjectives(study)],
    ['constraints', (spec?.constraints ?? []).map(describeConstraint).join(', ')],
    ['pruned by', spec?.pruneBy === undefined ? '' : plain(spec.pruneBy.metric)],
    ['model', spec === null ? 'made by another program' : plain(spec.model ?? 'not chosen yet')],
    ...dataFacts(spec?.data ?? null),
    ['sampler', spec === null ? '' : describeChoice(spec.sampler)],
    ['pruner', spec === null ? '' : describeChoice(spec.pruner)],
    ['seed', spec === null ? '' : String(spec.seed)],
    ['fixed', formatPairs(spec?.fixed ?? {})],
    ['settings', formatPairs(spec?.settings ?? {})],
    ['trials', counts.join(', ') || 'none yet'],
    ['last started', lastStartedAt === null ? '' : formatTime(new Date(lastStartedAt).toISOString())],
    ...(best === null ? [['best', noBest(states.complete)] as const] : bestFacts(study, trials, best)),
  ];
}

/** The best by validation score, and what a confirmation says of it. */
function bestFacts(study: Study, trials: readonly FrozenTrial[], best: FrozenTrial): Fact[] {
  const confirmation = findConfirmation(study, trials);
  return [
    ['best', `trial ${best.number}  ${valueText(study, best)}`],
    ['', formatPairs(best.params)],
    ['confirmed', confirmation === null ? '' : `trial ${confirmation.picked}, ${describePick(confirmation)}`],
  ];
}

function noBest(complete: number): string {
  return complete > 0 ? 'no trial keeps the constraints yet' : 'no complete trial yet';
}

/** What only all trials together tell: feasible ones, and the front of several objectives. */
export function frontFacts(study: Study, trials: readonly FrozenTrial[]): Fact[] {
  const front = findFront(study, trials);
  const isSeveral = study.directions.length > 1 && front.length > 0;
  return [
    ['feasible', countFeasible(study, trials)],
    [
      'front',
      isSeveral
        ? `${front.length} ${front.length === 1 ? 'trial' : 'trials'}: ${front.map(({ number }) => number).join(' ')}`
        : '',
    ],
    ['hypervolume', isSeveral ? describeVolume(study, measureFront(study, trials, front)) : ''],
  ];
}

function dataFacts(data: StudyData | null): Fact[] {
  if (data === null) return [];
  const held = `${formatNumber(data.validFraction * 100)} % of the training data`;
  return [
    ['train', describeRef(data.train)],
    ['valid', data.valid === null ? held : describeRef(data.valid)],
    ['test', data.test === null ? '' : describeRef(data.test)],
  ];
}

function describeRef({ path, format }: DataRef): string {
  return `${plain(path)} (${format})`;
}

function describeChoice({ name, options }: Choice): string {
  return [plain(name), formatPairs(options)].filter(Boolean).join(' ');
}

/** The search space, a parameter a row. */
export function spaceListing(study: Study): Listing {
  const space = Object.entries(study.spec?.space ?? {});
  return {
    rows: space.map(([param, entry]) => ({ param, range: describeRange(entry), when: describeWhen(entry) })),
    columns: [
      { name: 'param' },
      { name: 'range', flexible: true },
      ...(space.some(([, entry]) => entry.when)
        ? [{ name: 'when', title: 'ONLY WHEN', flexible: true }]
        : []),
    ],
  };
}

/** `0.05 … 2 log`, `1 … 5`, `softmax | ova`. */
export function describeRange(d: Distribution): string {
  if (d.type === 'categorical')
    return d.choices.map((choice) => (choice === null ? 'null' : formatCell(choice))).join(' | ');
  const step =
    d.step === undefined || (d.type === 'int' && d.step === 1) ? '' : ` step ${formatNumber(d.step)}`;
  return `${formatNumber(d.low)} … ${formatNumber(d.high)}${step}${d.log ? ' log' : ''}${d.type === 'int' ? ' int' : ''}`;
}

function describeWhen({ when }: SpaceEntry): string | null {
  if (when === undefined) return null;
  const conditions = (Array.isArray(when) ? when : [when]) as readonly Readonly<Record<string, Json>>[];
  return conditions
    .map((condition) => Object.entries(condition).map(describePart).join(' and '))
    .join(' or ');
}

function describePart([name, wanted]: [string, Json]): string {
  if (Array.isArray(wanted))
    return `${plain(name)} is ${wanted.map((value) => formatCell(value)).join(' or ')}`;
  const { min, max } = wanted as { readonly min?: number; readonly max?: number };
  const bounds = [
    min === undefined ? '' : `≥ ${formatNumber(min)}`,
    max === undefined ? '' : `≤ ${formatNumber(max)}`,
  ];
  return `${plain(name)} ${bounds.filter(Boolean).join(' and ')}`;
}
