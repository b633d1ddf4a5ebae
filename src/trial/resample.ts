import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Params } from '../domain/distribution.ts';
import type { DatasetHandle, Model, TrainedModel, TrainingContext, TrainingData } from '../domain/ports.ts';
import { mixSeed } from '../domain/random.ts';
import { RESAMPLING_DETAIL, type Resampling, summarizeScores } from '../domain/resampling.ts';
import type { Json, Metrics } from '../domain/trial.ts';
import { readRecord, writeRecord } from '../protocol/index.ts';

/** Several trainings of one configuration, and what each of them is given. */
export interface ResamplingPlan {
  readonly resampling: Resampling;
  /** One a training. */
  readonly parts: readonly TrainingData[];
  /** What the model to keep is trained on. */
  readonly all: DatasetHandle;
  /** The study's first objective: what the trial's values are kept of. It may report another metric while it runs. */
  readonly metric: string;
}

/** What remains of one of the trainings. */
interface PartScore {
  readonly metrics: Metrics;
  /** Null for a model that chooses the top label. */
  readonly threshold: number | null;
}

/**
 * Trains a configuration several times, one after another, as if it were one training. Each reports its own score, at
 * steps 1, 2, …: what a paired pruner compares. The result's metrics are the means. A training that has ended is not
 * repeated by the trial's next attempt. The model to keep is trained only when it is saved, on all documents; its
 * threshold is the mean of those that were tuned on held-out parts, never one that was tuned on what it has seen.
 */
export async function trainResampled(
  model: Model,
  params: Params,
  plan: ResamplingPlan,
  context: TrainingContext,
): Promise<TrainedModel> {
  const scores = await trainParts(model, params, plan, context);
  const threshold = meanThreshold(scores);
  const values = scores.map(({ metrics }) => metrics[plan.metric] ?? Number.NaN);
  return {
    metrics: meanMetrics(scores.map(({ metrics }) => metrics)),
    details: {
      threshold,
      [RESAMPLING_DETAIL]: summarizeScores(plan.resampling.by, values) as unknown as Json,
    },
    save: async (dir) => {
      // Judged on what it has seen, which is why nobody reads its scores.
      const data = { train: plan.all, valid: plan.parts[0]!.valid };
      const silent = { ...context, checkpointDir: null, report: () => {} };
      const trained = await model.train(params, data, silent);
      try {
        const saved = await trained.save(dir);
        if (threshold !== null) await replaceThreshold(dir, threshold);
        return saved;
      } finally {
        trained.dispose();
      }
    },
    dispose: () => {},
  };
}

async function trainParts(
  model: Model,
  params: Params,
  { resampling, parts }: ResamplingPlan,
  context: TrainingContext,
): Promise<readonly PartScore[]> {
  const { checkpointDir, objective, report, signal, seed } = context;
  const scores = [...(await readFinished(checkpointDir))];
  const steps = parts.length + (resampling.keepModel ? 1 : 0);
  for (const [i, data] of parts.entries()) {
    if (i >= scores.length) {
      const partSeed = resampling.by === 'seeds' ? mixSeed(seed ^ resampling.seed, i, 'seeds') >>> 0 : seed;
      scores.push(await trainPart(model, params, data, { ...context, seed: partSeed }));
      await keepFinished(checkpointDir, scores);
    }
    const { metrics } = scores[i]!;
    const mean = meanMetrics(scores.slice(0, i + 1).map((score) => score.metrics))[objective.metric];
    report({
      step: i + 1,
      progress: (i + 1) / steps,
      metrics: { ...metrics, ...(mean !== undefined && { mean }) },
    });
    signal.throwIfAborted();
  }
  return scores;
}

/** A part that is interrupted begins anew: it is a fraction of the trial. */
async function trainPart(
  model: Model,
  params: Params,
  data: TrainingData,
  context: TrainingContext,
): Promise<PartScore> {
  const trained = await model.train(params, data, { ...context, checkpointDir: null, report: () => {} });
  try {
    const { threshold } = trained.details;
    return { metrics: trained.metrics, threshold: typeof threshold === 'number' ? threshold : null };
  } finally {
    trained.dispose();
  }
}

const FINISHED = 'resampling.json';

async function readFinished(checkpointDir: string | null): Promise<readonly PartScore[]> {
  if (checkpointDir === null) return [];
  const kept = await readRecord<{ readonly scores: readonly PartScore[] }>(checkpointDir, FINISHED);
  return kept?.scores ?? [];
}

async function keepFinished(checkpointDir: string | null, scores: readonly PartScore[]): Promise<void> {
  if (checkpointDir === null) return;
  await mkdir(checkpointDir, { recursive: true, mode: 0o700 });
  await writeRecord(checkpointDir, FINISHED, { scores });
}

/** The means of the metrics that all have. */
function meanMetrics(all: readonly Metrics[]): Metrics {
  const names = Object.keys(all[0]!).filter((name) => all.every((metrics) => name in metrics));
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((sum, metrics) => sum + metrics[name]!, 0) / all.length]),
  );
}

function meanThreshold(scores: readonly PartScore[]): number | null {
  const thresholds = scores.flatMap(({ threshold }) => (threshold === null ? [] : [threshold]));
  if (thresholds.length < scores.length) return null;
  return thresholds.reduce((sum, threshold) => sum + threshold, 0) / thresholds.length;
}

/** Every model keeps its threshold in `model.json`. */
async function replaceThreshold(dir: string, threshold: number): Promise<void> {
  const path = join(dir, 'model.json');
  const card = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, `${JSON.stringify({ ...card, threshold }, null, 2)}\n`);
}
