import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DataError } from '../domain/errors.ts';
import { reportedObjective } from '../domain/objective.ts';
import type { DatasetHandle, Model, TrainingContext, TrainingData, TrainReport } from '../domain/ports.ts';
import { ProgramEnded } from '../domain/ports.ts';
import type { Resampling } from '../domain/resampling.ts';
import type { StudyData } from '../domain/study.ts';
import {
  ATTEMPT_FILES,
  type AttemptRequest,
  type AttemptResult,
  ProtocolError,
  readRecord,
  writeRecord,
} from '../protocol/index.ts';
import { describeFailure, isDiskFull } from './describe-failure.ts';
import { finishTrial } from './finish-trial.ts';
import { ReportWriter } from './report-writer.ts';
import { type ResamplingPlan, trainResampled } from './resample.ts';
import { StopSignal } from './stop-signal.ts';

/** Where a trial finds its model and its data; both are loaded only when they are asked for. */
export interface TrialParts {
  loadModel(name: string): Promise<Model>;
  openTrainingData(data: StudyData, seed: number): Promise<TrainingData>;
  openFolds(
    data: StudyData,
    options: Pick<Resampling, 'count' | 'seed'>,
  ): Promise<{ readonly folds: readonly TrainingData[]; readonly all: DatasetHandle }>;
}

/** EX_TEMPFAIL: the attempt could not go on and says nothing about the trial; it is run again. */
export const TRY_AGAIN = 75;

/**
 * Runs the attempt whose folder this is, from request.json to result.json, and returns the exit code. Nothing is
 * thrown for a training that fails: that is a result.
 */
export async function runTrial(dir: string, parts: TrialParts): Promise<number> {
  const request = await readRecord<AttemptRequest>(dir, ATTEMPT_FILES.request);
  if (request === null) throw new ProtocolError(`${dir} holds no ${ATTEMPT_FILES.request}.`);
  const stop = new StopSignal(dir);
  try {
    const result = await findResult(dir, request, parts, stop);
    await writeRecord(dir, ATTEMPT_FILES.result, result);
    return result.state === 'fail' ? 1 : 0;
  } catch (error) {
    if (error instanceof ProgramEnded) return error.exitCode;
    if (!isDiskFull(error)) throw error;
    // First some room: what was begun is of no use, and the line below is how the engine knows.
    await rm(join(dir, `${ATTEMPT_FILES.model}.tmp`), { recursive: true, force: true });
    console.error(`hpo: ${(error as Error).message}; this attempt will be run again`);
    return TRY_AGAIN;
  } finally {
    stop.close();
  }
}

async function findResult(
  dir: string,
  request: AttemptRequest,
  parts: TrialParts,
  stop: StopSignal,
): Promise<AttemptResult> {
  const { token } = request;
  try {
    return await train(dir, request, parts, stop);
  } catch (error) {
    if (isDiskFull(error)) throw error;
    // Whatever a training throws while it is being stopped is the stop.
    if (stop.signal.aborted) return { token, state: 'stopped' };
    if (error instanceof ProgramEnded) throw error;
    const failure = describeFailure(error);
    console.error(failure.kind === 'crash' ? error : `hpo: ${failure.kind}: ${failure.message}`);
    return { token, state: 'fail', failure };
  }
}

async function train(
  dir: string,
  request: AttemptRequest,
  parts: TrialParts,
  stop: StopSignal,
): Promise<AttemptResult> {
  const [model, plan] = await Promise.all([parts.loadModel(request.model), openData(request, parts)]);
  const writer = await openReports(dir, request, model);
  try {
    stop.check();
    stop.signal.throwIfAborted();
    const context = trainingContext(dir, request, writer, stop);
    const { params } = request;
    const startedAt = performance.now();
    const trained = await ('parts' in plan
      ? trainResampled(model, params, plan, context)
      : model.train(params, plan, context));
    try {
      const trainSeconds = (performance.now() - startedAt) / 1000;
      const texts = textsOf(request, model, plan);
      const result = await finishTrial({ dir, request, model, trained, trainSeconds, texts });
      writer.succeed();
      return result;
    } finally {
      trained.dispose();
    }
  } finally {
    writer.close();
  }
}

/** Where the trial's reports go: to the engine, and of a tracked model also to TensorBoard. */
interface Reports {
  write(report: TrainReport): void;
  succeed(): void;
  close(): void;
}

async function openReports(dir: string, { params }: AttemptRequest, model: Model): Promise<Reports> {
  const writer = new ReportWriter(dir);
  if (model.tracked !== true)
    return { write: (one) => writer.write(one), succeed: () => {}, close: () => writer.close() };
  const { Tracker } = await import('../tracking/index.ts');
  const tracker = new Tracker(join(dir, ATTEMPT_FILES.tracking), params);
  let status: 'success' | 'failure' = 'failure';
  return {
    write(report) {
      writer.write(report);
      tracker.write(report);
    },
    succeed() {
      status = 'success';
    },
    close() {
      writer.close();
      tracker.close(status);
    },
  };
}

/** Of somebody else's program nobody can ask anything. */
function textsOf(
  { data }: AttemptRequest,
  { checkProgram }: Model,
  plan: TrainingData | ResamplingPlan,
): DatasetHandle | null {
  if (data === null || checkProgram !== undefined) return null;
  return 'parts' in plan ? plan.all : plan.valid;
}

async function openData(
  { data, objectives, resampling = null, studySeed }: AttemptRequest,
  parts: TrialParts,
): Promise<TrainingData | ResamplingPlan> {
  const { metric } = objectives[0]!;
  if (resampling?.by === 'folds' && data !== null) {
    const { folds, all } = await parts.openFolds(data, resampling);
    return { resampling, parts: folds, all, metric };
  }
  const single = data === null ? NO_DATA : await parts.openTrainingData(data, studySeed);
  if (resampling === null) return single;
  return {
    resampling,
    parts: Array.from({ length: resampling.count }, () => single),
    all: single.train,
    metric,
  };
}

function trainingContext(
  dir: string,
  request: AttemptRequest,
  writer: Reports,
  stop: StopSignal,
): TrainingContext {
  return {
    objective: reportedObjective(request),
    seed: request.seed,
    threads: request.threads,
    cacheDir: request.cacheDir,
    checkpointDir: resolve(dir, ATTEMPT_FILES.checkpoint),
    attempt: {
      dir: resolve(dir),
      trialNumber: request.trial,
      attempt: request.attempt,
      token: request.token,
    },
    settings: request.settings,
    signal: stop.signal,
    report: (report) => {
      writer.write(report);
      stop.check();
    },
  };
}

const noDocuments = {
  sha256: '',
  read: () => Promise.reject(new DataError('The study has no data, but its model wants some.')),
};
const NO_DATA: TrainingData = { train: noDocuments, valid: noDocuments };
