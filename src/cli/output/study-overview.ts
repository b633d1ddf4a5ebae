import type { Distribution } from '../../domain/distribution.ts';
import type { StudySummary } from '../../domain/ports.ts';
import type { SpaceEntry } from '../../domain/search-space.ts';
import type { Choice, DataRef, Study, StudyData } from '../../domain/study.ts';
import { type Json, TRIAL_STATES } from '../../domain/trial.ts';
import type { Fact } from './facts.ts';
import type { Listing, RowRecord } from './listing.ts';
import { plain } from './plain.ts';
import { formatCell, formatNumber, formatPairs, formatTime } from './readable.ts';
import { describeObjectives } from './study-listing.ts';
import { valueText } from './trial-facts.ts';
import { toStudyRecord } from './trial-record.ts';

/** A study as `hpo show -f json` prints it: the record of `hpo studies` and what the study is bound to. */
export function toOverviewRecord(summary: StudySummary): RowRecord {
  const { study } = summary;
  return {
    ...toStudyRecord(summary),
    uuid: study.uuid,
    // The storage keeps the spec as JSON, so it is JSON.
    spec: study.spec as Json,
    userAttrs: study.userAttrs,
  };
}

export function studyFacts({ study, states, best, lastStartedAt }: StudySummary): Fact[] {
  const { spec } = study;
  const counts = TRIAL_STATES.filter((state) => states[state] > 0).map(
    (state) => `${states[state]} ${state}`,
  );
  return [
    ['objective', plain(describeObjectives(study))],
    ['model', spec === null ? 'made by another program' : plain(spec.model ?? 'not chosen yet')],
    ...dataFacts(spec?.data ?? null),
    ['sampler', spec === null ? '' : describeChoice(spec.sampler)],
    ['pruner', spec === null ? '' : describeChoice(spec.pruner)],
    ['seed', spec === null ? '' : String(spec.seed)],
    ['fixed', formatPairs(spec?.fixed ?? {})],
    ['settings', formatPairs(spec?.settings ?? {})],
    ['trials', counts.join(', ') || 'none yet'],
    ['last started', lastStartedAt === null ? '' : formatTime(new Date(lastStartedAt).toISOString())],
    ['best', best === null ? 'no complete trial yet' : `trial ${best.number}  ${valueText(study, best)}`],
    ['', best === null ? '' : formatPairs(best.params)],
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
