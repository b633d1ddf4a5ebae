import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CONFIRMATION_ATTRS,
  type Confirmation,
  type ConfirmedTrial,
  concludeConfirmation,
  confirmationBasis,
} from '../domain/confirmation.ts';
import type { ResampledScores } from '../domain/resampling.ts';
import type { CompleteTrial, Json } from '../domain/trial.ts';
import { chooseLeaders } from './choose-leaders.ts';
import { isInterrupted, isStopped, type Phase, scoreLeader } from './confirm-trial.ts';
import { type Search, warn } from './search.ts';

/**
 * The last phase of a search: its leaders are scored again, by several trainings each, and the best mean is picked. They
 * run as the trials did: each in a process of its own, adopted or run again when the engine dies. What is known of a trial
 * is stored at once, so an interrupted confirmation goes on where it was.
 * @returns null when it was interrupted, or nothing could be confirmed
 */
export async function confirmLeaders(search: Search): Promise<Confirmation | null> {
  const by = search.parts.model?.resampling ?? null;
  if (by === null) {
    warn(search, `a ${search.study.spec.model} model cannot be confirmed: it is not trained by hpo`);
    return null;
  }
  const basis = confirmationBasis(search.study.spec, by);
  const { best, leaders } = await chooseLeaders(search);
  if (best === null) return null;
  const phase: Phase = { search, by, basis, of: leaders.length, dir: confirmationFolder(search) };
  const candidates = await scoreAll(phase, leaders);
  if (candidates === null || candidates.length === 0) return null;
  // Empty by now; another engine may be at a trial of its own.
  await rmdir(phase.dir).catch(() => {});
  const outcome = concludeConfirmation(search.study, { best: best.number, basis, candidates });
  const { storage } = search.parts;
  await storage.setStudyAttr(
    search.study.id,
    'system',
    CONFIRMATION_ATTRS.outcome,
    outcome as unknown as Json,
  );
  return outcome;
}

function confirmationFolder({ options, study }: Search): string {
  return join(options.runsDir, study.uuid, 'confirm');
}

/** Null when the search is to end before all are scored. A trial that cannot be scored is left out. */
async function scoreAll(
  phase: Phase,
  leaders: readonly CompleteTrial[],
): Promise<readonly ConfirmedTrial[] | null> {
  const { search } = phase;
  const found = new Map<number, ResampledScores>();
  const queue = [...leaders];
  const work = async (): Promise<void> => {
    for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
      if (isInterrupted(search)) return void queue.unshift(trial);
      const scores = await scoreLeader(phase, trial);
      if (scores !== null) found.set(trial.number, scores);
    }
  };
  await Promise.all(Array.from({ length: Math.min(search.options.jobs, leaders.length) }, work));
  const isCutOff = queue.length > 0 || isStopped(search);
  if (isCutOff && found.size < leaders.length) return null;
  return leaders.flatMap(({ number, values }) => {
    const scores = found.get(number);
    return scores === undefined ? [] : [{ number, value: values[0]!, scores }];
  });
}
