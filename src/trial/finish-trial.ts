import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isBetter } from '../domain/objective.ts';
import type { DatasetHandle, Model, TrainedModel } from '../domain/ports.ts';
import { TrialFailure } from '../domain/ports.ts';
import type { Artifact, Metrics } from '../domain/trial.ts';
import {
  ATTEMPT_FILES,
  type AttemptRequest,
  type AttemptResult,
  writePredictions,
} from '../protocol/index.ts';
import { saveArtifact } from './artifact.ts';
import { measureLatency, sampleTexts } from './measure-costs.ts';

/** A training that has come to its end. */
export interface EndedTraining {
  readonly dir: string;
  readonly request: AttemptRequest;
  readonly model: Model;
  readonly trained: TrainedModel;
  readonly trainSeconds: number;
  /** Texts to label for a look at the time; null: the model cannot be asked, or there are none. */
  readonly texts: DatasetHandle | null;
}

/** A larger model is saved and loaded once more only where its latency is asked for. */
const SMALL_BYTES = 64e6;

/**
 * Measures what the model costs, and keeps it if it may be among the best.
 * @throws {TrialFailure} it lacks an objective
 */
export async function finishTrial(training: EndedTraining): Promise<AttemptResult> {
  const { dir, request, trained, texts, trainSeconds } = training;
  const isMeasured = texts !== null && wantsLatency(request, trained.metrics);
  const early = isMeasured ? await saveArtifact(dir, trained) : null;
  const metrics: Metrics = {
    ...trained.metrics,
    ...(texts !== null && { trainSeconds }),
    ...(isMeasured && (await latencyOf(training, texts))),
  };
  checkObjectives(request, metrics);
  const artifact = await keepOrDrop(training, metrics, early);
  if (artifact !== null && trained.predictions !== undefined)
    await writePredictions(dir, trained.predictions);
  // Bytes; getrusage counts kilobytes.
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  const details = { peakMemoryBytes, ...trained.details };
  return { token: request.token, state: 'complete', metrics, artifact, details };
}

function isAsked({ objectives, constraints = [] }: AttemptRequest): boolean {
  return [...objectives, ...constraints].some(({ metric }) => metric === 'latencyMs');
}

/** A second copy in memory could be what a large model's trial dies of: nobody should lose one unasked. */
function wantsLatency(request: AttemptRequest, { modelBytes }: Metrics): boolean {
  if (request.resampling?.keepModel === false) return false;
  return isAsked(request) || (modelBytes !== undefined && modelBytes <= SMALL_BYTES);
}

async function latencyOf({ dir, request, model }: EndedTraining, data: DatasetHandle): Promise<Metrics> {
  try {
    const texts = await sampleTexts(data, request.cacheDir);
    const predictor = await model.loadPredictor(join(dir, ATTEMPT_FILES.model));
    try {
      return { latencyMs: await measureLatency(predictor, texts) };
    } finally {
      predictor.dispose();
    }
  } catch (error) {
    if (isAsked(request)) throw error;
    console.error(`hpo: latencyMs was not measured: ${(error as Error).message}`);
    return {};
  }
}

function checkObjectives({ objectives }: AttemptRequest, metrics: Metrics): void {
  for (const { metric } of objectives) {
    const value = metrics[metric];
    if (value === undefined) {
      const known = Object.keys(metrics).join(', ');
      throw new TrialFailure('bad-config', `the model reports no metric "${metric}", only ${known}`);
    }
    if (Number.isNaN(value)) throw new TrialFailure('diverged', `${metric} is not a number`);
  }
}

/** A model that cannot be among the best is not written: large ones take longer to save than to train. */
async function keepOrDrop(
  { dir, request, trained }: EndedTraining,
  metrics: Metrics,
  saved: Artifact | null,
): Promise<Artifact | null> {
  const { objectives, keepAbove, resampling = null } = request;
  const { metric, direction } = objectives[0]!;
  const isKept =
    resampling?.keepModel !== false &&
    (keepAbove === null || !isBetter(direction, keepAbove, metrics[metric]!));
  if (isKept) return saved ?? (await saveArtifact(dir, trained));
  if (saved !== null) await rm(join(dir, ATTEMPT_FILES.model), { recursive: true, force: true });
  return null;
}
