import type { Distribution, Params, ParamValue } from '../domain/distribution.ts';
import { type Failure, type FrozenTrial, type Json, TRIAL_ATTRS, type TrialState } from '../domain/trial.ts';
import { decodeParam, parseDistribution } from './distribution-json.ts';
import { decodeValue, parseState, parseTime } from './encodings.ts';
import { setJson } from './long-json.ts';
import { setOwn } from './own-properties.ts';
import type { Sql, SqlRow } from './sql.ts';
import { TRIALS } from './statements.ts';

type TrialRow = readonly [
  id: number,
  number: number,
  state: string,
  start: string | null,
  complete: string | null,
];
type NumberRow = readonly [trialId: number, value: number | null, type: string];
type StepRow = readonly [trialId: number, step: number, value: number | null, type: string];
type ParamRow = readonly [trialId: number, name: string, value: number, distribution: string];
type OwnedAttrRow = readonly [trialId: number, key: string, json: string | null];

/** A trial while its rows come together. */
interface Draft {
  readonly id: number;
  readonly number: number;
  readonly state: TrialState;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly params: Record<string, ParamValue>;
  readonly distributions: Record<string, Distribution>;
  readonly values: number[];
  readonly intermediateValues: Map<number, number>;
  readonly userAttrs: Record<string, Json>;
  readonly systemAttrs: Record<string, Json>;
}

/** The study's next trials after an id, at most `limit`, in the order of their ids. */
export async function readTrialsAfter(
  sql: Sql,
  studyId: number,
  afterId: number,
  limit: number,
): Promise<FrozenTrial[]> {
  return await assemble(sql, await sql.rows<TrialRow & SqlRow>(TRIALS.after, studyId, afterId, limit));
}

export async function readTrialsById(sql: Sql, ids: readonly number[]): Promise<FrozenTrial[]> {
  return await assemble(sql, await sql.rows<TrialRow & SqlRow>(TRIALS.byIds, JSON.stringify(ids)));
}

/** One statement a table for all the trials together: a statement a trial would take ten times as long. */
async function assemble(sql: Sql, rows: readonly TrialRow[]): Promise<FrozenTrial[]> {
  const drafts = new Map(rows.map((row) => [row[0], createDraft(row)]));
  const ids = JSON.stringify([...drafts.keys()]);
  for (const [id, name, value, json] of await sql.rows<ParamRow & SqlRow>(TRIALS.params, ids)) {
    const draft = drafts.get(id)!;
    const distribution = parseDistributionOnce(json);
    setOwn(draft.distributions, name, distribution);
    setOwn(draft.params, name, decodeParam(distribution, value));
  }
  for (const [id, value, type] of await sql.rows<NumberRow & SqlRow>(TRIALS.values, ids)) {
    drafts.get(id)!.values.push(decodeValue(value, type));
  }
  for (const [id, step, value, type] of await sql.rows<StepRow & SqlRow>(TRIALS.intermediates, ids)) {
    drafts.get(id)!.intermediateValues.set(step, decodeValue(value, type));
  }
  for (const [id, key, json] of await sql.rows<OwnedAttrRow & SqlRow>(TRIALS.userAttrsOf, ids)) {
    setJson(drafts.get(id)!.userAttrs, key, json);
  }
  for (const [id, key, json] of await sql.rows<OwnedAttrRow & SqlRow>(TRIALS.systemAttrsOf, ids)) {
    setJson(drafts.get(id)!.systemAttrs, key, json);
  }
  return [...drafts.values()].map(freeze);
}

function createDraft([id, number, state, start, complete]: TrialRow): Draft {
  return {
    id,
    number,
    state: parseState(state),
    startedAt: parseTime(start),
    completedAt: parseTime(complete),
    params: {},
    distributions: {},
    values: [],
    intermediateValues: new Map(),
    userAttrs: {},
    systemAttrs: {},
  };
}

function freeze({ state, startedAt, completedAt, values, ...base }: Draft): FrozenTrial {
  // A trial that was added as a whole may lack one of its times.
  const start = startedAt ?? completedAt ?? 0;
  // A clock that was set back meanwhile makes no trial end before it began.
  const end = Math.max(completedAt ?? start, start);
  switch (state) {
    case 'waiting':
      return { ...base, state };
    case 'running':
      return { ...base, state, startedAt: start };
    case 'complete':
      return { ...base, state, startedAt: start, completedAt: end, values };
    case 'pruned':
      return {
        ...base,
        state,
        startedAt: start,
        completedAt: end,
        values: values.length > 0 ? values : null,
      };
    case 'fail':
      return { ...base, state, startedAt: start, completedAt: end, failure: failureOf(base.systemAttrs) };
  }
}

function failureOf(systemAttrs: Readonly<Record<string, Json>>): Failure {
  const ours = systemAttrs[TRIAL_ATTRS.failure] as Failure | undefined;
  if (ours !== undefined) return ours;
  const reason = systemAttrs['fail_reason'];
  return {
    kind: 'crash',
    message: typeof reason === 'string' ? reason : 'failed in another program, which gave no reason',
  };
}

/** A study repeats the same few texts ten thousand times. */
const parsed = new Map<string, Distribution>();
const MAX_PARSED = 10_000;

function parseDistributionOnce(json: string): Distribution {
  let distribution = parsed.get(json);
  if (distribution === undefined) {
    distribution = parseDistribution(json);
    if (parsed.size >= MAX_PARSED) parsed.clear();
    parsed.set(json, distribution);
  }
  return distribution;
}

/** The params that were enqueued with a trial, as they are. */
export function fixedParamsOf(systemAttrs: Readonly<Record<string, Json>>): Params {
  const fixed = systemAttrs['fixed_params'];
  return typeof fixed === 'object' && fixed !== null && !Array.isArray(fixed) ? (fixed as Params) : {};
}
