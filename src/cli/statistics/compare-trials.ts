import { join } from 'node:path';
import { HpoError } from '../../domain/errors.ts';
import type { Objective } from '../../domain/objective.ts';
import { createRng } from '../../domain/random.ts';
import { resampledScoresOf } from '../../domain/resampling.ts';
import { type CompleteTrial, detailsOf } from '../../domain/trial.ts';
import type { ValidationPredictions } from '../../domain/validation-predictions.ts';
import { pairedBootstrap, type ResampledScore, startResampledScore } from '../../metrics/index.ts';
import { assertInside, readPredictions, trialFolder } from '../../protocol/index.ts';
import type { Scene } from './scene.ts';

/** How likely a trial is to be better than another, or why that cannot be told. */
export type Verdict =
  | {
      readonly probabilityBetter: number;
      readonly difference: { readonly low: number; readonly high: number };
      /** On which both were compared. */
      readonly comparedDocuments: number;
      readonly reason: null;
    }
  | { readonly probabilityBetter: null; readonly difference: null; readonly reason: string };

/** By a paired bootstrap over the validation predictions that were kept of both. */
export async function compareTrials(
  scene: Scene,
  ours: CompleteTrial,
  theirs: CompleteTrial,
): Promise<Verdict> {
  const objective = scene.study.spec!.objectives[0]!;
  for (const trial of [ours, theirs])
    if (resampledScoresOf(detailsOf(trial)) !== null)
      return unknown(`trial ${trial.number} was trained several times, on other documents each`);
  const kept = [];
  for (const trial of [ours, theirs]) {
    const predictions = await findPredictions(scene, trial);
    if (typeof predictions === 'string') return unknown(predictions);
    kept.push(predictions);
  }
  return comparePredictions(kept[0]!, kept[1]!, objective);
}

function comparePredictions(
  ours: ValidationPredictions,
  theirs: ValidationPredictions,
  objective: Objective,
): Verdict {
  if (ours.dataSha256 !== theirs.dataSha256) return unknown('they were measured on different data');
  const positions = new Set(theirs.positions);
  const shared = new Set(ours.positions.filter((position) => positions.has(position)));
  const [first, second] = [ours, theirs].map((one) => scoreOf(one, shared, objective));
  if (!first || !second) return unknown(`${objective.metric} is not decided by predictions`);
  const result = pairedBootstrap([first, second], objective.direction, { rng: createRng(0, 0, 'paired') });
  if (result === null) return unknown('there are too few documents');
  const { low, high } = result.difference;
  return {
    probabilityBetter: result.probabilityBetter,
    difference: { low, high },
    comparedDocuments: shared.size,
    reason: null,
  };
}

/** Each by its own labels: a model may have dropped rare ones. */
function scoreOf(
  { positions, gold, predicted, labels, multiLabel }: ValidationPredictions,
  shared: ReadonlySet<number>,
  objective: Objective,
): ResampledScore | null {
  const pick = <T>(rows: readonly T[]): T[] => rows.filter((_, i) => shared.has(positions[i]!));
  return startResampledScore(pick(gold), pick(predicted), { labels, objective, multiLabel });
}

/** What a trial's last attempt kept, or why there is none. */
export async function findPredictions(
  { study, storage, runsDir }: Scene,
  trial: CompleteTrial,
): Promise<ValidationPredictions | string> {
  const attempt = (await storage.listAttempts(trial.id)).at(-1);
  const lost = `the predictions of trial ${trial.number} were not kept (--keep-models)`;
  if (attempt === undefined) return lost;
  const dir = join(trialFolder(runsDir, study.uuid, trial.number), String(attempt.attempt));
  try {
    await assertInside(runsDir, dir);
    return (await readPredictions(dir)) ?? lost;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return lost;
    if (error instanceof HpoError) return error.message;
    throw error;
  }
}

const unknown = (reason: string): Verdict => ({ probabilityBetter: null, difference: null, reason });
