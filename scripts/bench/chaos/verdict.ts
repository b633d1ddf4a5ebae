import { readdirSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { AttemptRecord, Storage } from '../../../src/domain/ports.ts';
import type { SearchEvent } from '../../../src/domain/search-event.ts';
import type { Failure, FrozenTrial } from '../../../src/domain/trial.ts';
import { isFinished } from '../../../src/domain/trial.ts';
import { findVictims } from './victims.ts';

/** What the soak did and heard. */
export interface Soak {
  readonly dir: string;
  readonly runsDir: string;
  readonly studyId: number;
  /** Reports of every trial. */
  readonly reports: number;
  /** Roles that were killed, by the attempt's token. */
  readonly killed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly enginesKilled: number;
  readonly events: readonly SearchEvent[];
}

/** Broken promises, one sentence each. */
export async function findBrokenPromises(storage: Storage, soak: Soak): Promise<string[]> {
  const trials = await storage.getTrials(soak.studyId);
  const attempts = await Promise.all(trials.map(({ id }) => storage.listAttempts(id)));
  const late = (await storage.listEvents(soak.studyId)).filter(({ kind }) => kind === 'late-result');
  return [
    ...checkDatabase(soak),
    ...checkTold(soak.events, trials),
    ...trials.flatMap((trial, i) =>
      checkTrial(soak, trial, attempts[i]!).map((what) => `trial ${i}: ${what}`),
    ),
    ...late.map(({ trialId }) => `the trial with id ${trialId} was ended twice`),
    ...findVictims(soak.runsDir).map(({ pid, role }) => `the ${role} ${pid} was left behind`),
    ...checkFolder(soak, trials),
  ];
}

function checkDatabase({ dir }: Soak): string[] {
  const db = new Database(`${dir}/trials.db`, { readonly: true });
  try {
    const result = db.pragma('integrity_check', { simple: true });
    const dangling = db.pragma('foreign_key_check') as unknown[];
    return [
      ...(result === 'ok' ? [] : [`integrity_check: ${result}`]),
      ...(dangling.length === 0 ? [] : [`${dangling.length} dangling rows`]),
    ];
  } finally {
    db.close();
  }
}

/** What an engine told as finished is finished, in that state, and was told once. */
function checkTold(events: readonly SearchEvent[], trials: readonly FrozenTrial[]): string[] {
  const broken: string[] = [];
  const told = new Set<number>();
  for (const event of events) {
    if (event.type !== 'trial-finished') continue;
    const { number, state } = event.trial;
    if (told.has(number)) broken.push(`trial ${number} was told as finished twice`);
    told.add(number);
    if (trials[number]?.state !== state)
      broken.push(`trial ${number} was ${state} and is ${trials[number]?.state ?? 'gone'}`);
  }
  return broken;
}

function checkTrial(soak: Soak, trial: FrozenTrial, attempts: readonly AttemptRecord[]): string[] {
  const broken = attempts.flatMap((attempt) => checkAttempt(soak, attempt));
  if (!isFinished(trial)) return [...broken, `is still ${trial.state}`];
  if (trial.state === 'pruned') return [...broken, 'was pruned, without a pruner'];
  if (trial.state === 'fail')
    return ['crash', 'lost'].includes(trial.failure.kind) || isOverBudget(trial.failure)
      ? broken
      : [...broken, `failed as ${trial.failure.kind}: ${trial.failure.message}`];
  if (trial.values[0] !== trial.params['x']) broken.push(`has the value ${trial.values[0]} of another`);
  if (trial.intermediateValues.size !== soak.reports)
    broken.push(`has ${trial.intermediateValues.size} of ${soak.reports} reports`);
  if (attempts.filter(({ failure }) => failure === null).length !== 1)
    broken.push(
      `has ${attempts.filter(({ failure }) => failure === null).length} attempts without a failure`,
    );
  return broken;
}

/** The last engine takes over what the others left, and may run no more than its budget. */
const isOverBudget = ({ kind, message }: Failure): boolean =>
  kind === 'cancelled' && message.includes('reached its budget');

/** A failure that nobody caused is a wrong one. */
function checkAttempt(
  { killed, enginesKilled }: Soak,
  { attempt, token, endedAt, failure }: AttemptRecord,
): string[] {
  if (endedAt === null) return [`attempt ${attempt} was never ended`];
  if (failure === null) return [];
  const roles = killed.get(token) ?? new Set();
  const isExplained =
    (failure.kind === 'crash' && roles.has('trial') && failure.message.startsWith('ended by SIGKILL')) ||
    (failure.kind === 'lost' && (roles.size > 0 || enginesKilled > 0));
  return isExplained
    ? []
    : [
        `attempt ${attempt} failed as ${failure.kind} (${failure.message}) after the death of its ${[...roles].join(' and ') || 'nobody'}`,
      ];
}

/** Of a trial only its log, its model and what belongs to them may stay. */
function checkFolder({ runsDir }: Soak, trials: readonly FrozenTrial[]): string[] {
  const files = readdirSync(runsDir, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const most = trials.length + 20;
  return files.length <= most ? [] : [`${files.length} files are left of ${trials.length} trials`];
}
