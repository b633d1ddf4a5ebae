import { isBetter, type Objective } from '../../domain/objective.ts';
import { StopRequested, type TrainingContext, TrialFailure } from '../../domain/ports.ts';
import type { Metrics } from '../../domain/trial.ts';
import {
  type Batch,
  packWeights,
  type Training,
  unpackWeights,
  type Weights,
  WeightsError,
} from '../../neural/index.ts';
import type { BatchPlan } from '../../text/batches.ts';
import type { Pace } from '../pace.ts';
import type { CheckpointStore } from './checkpoint.ts';
import { reachRung } from './rungs.ts';
import { countSteps, type PlannedStep, planSteps, type Stage, type TrainingPlan } from './stages.ts';

/** What a course is run with. */
export interface CourseParts {
  readonly training: Training;
  readonly plan: TrainingPlan;
  /** A batch's numbers, targets included. */
  readonly fill: (plan: BatchPlan) => Batch;
  /** Metrics on validation texts with the weights as they are. */
  readonly evaluate: () => Promise<Metrics>;
  readonly pace: Pace;
  readonly checkpoints: CheckpointStore | null;
  /** Milliseconds between two checkpoints, about. */
  readonly checkpointMs: number;
}

type CourseContext = Pick<TrainingContext, 'objective' | 'report' | 'signal'>;

/** The best of a stage's evaluations; null where none fell into it. */
export interface StageOutcome {
  readonly name: Stage['name'];
  readonly texts: number;
  readonly epochs: number;
  readonly best: number | null;
}

export interface CourseResult {
  readonly steps: number;
  /** The step after which the weights were best. */
  readonly bestStep: number;
  readonly stages: readonly StageOutcome[];
}

/** Losses above this are no longer learning: chance costs ln(labels), a few nats. */
const EXPLODED = 1000;

/** All that a training must know to go on as if it had never stopped, besides the optimiser's own state. */
interface Progress {
  /** Steps taken. */
  done: number;
  /** The latest reported rung. */
  rung: number;
  /** Since the latest report. */
  loss: { sum: number; texts: number };
  best: { readonly value: number; readonly step: number } | null;
  /** Best value of each stage so far. */
  readonly stageBests: (number | null)[];
}

/**
 * Trains to the end of the plan, with a report at each rung; the weights are then those that were best at a report. Goes on
 * from a checkpoint where there is one, step by step as the uninterrupted training would have.
 * @throws {TrialFailure} `diverged`; the signal's reason once it is aborted
 */
export async function runCourse(parts: CourseParts, context: CourseContext): Promise<CourseResult> {
  const course = await Course.start(parts, context);
  for (const step of planSteps(parts.plan, course.done)) await course.take(step);
  return course.finish();
}

/** A training under way. */
class Course {
  readonly #parts: CourseParts;
  readonly #context: CourseContext;
  readonly #total: number;
  #progress: Progress;
  #bestWeights: Weights | null = null;
  /** As a checkpoint holds them; made anew only when they changed. */
  #bestBytes = new Uint8Array();
  #savedAt = performance.now();
  #reportedAt = performance.now();

  private constructor(parts: CourseParts, context: CourseContext) {
    this.#parts = parts;
    this.#context = context;
    this.#total = countSteps(parts.plan);
    const stageBests = parts.plan.stages.map(() => null);
    this.#progress = { done: 0, rung: 0, loss: { sum: 0, texts: 0 }, best: null, stageBests };
  }

  static async start(parts: CourseParts, context: CourseContext): Promise<Course> {
    const course = new Course(parts, context);
    const saved = (await parts.checkpoints?.load()) ?? null;
    if (saved !== null) course.#restore(saved);
    return course;
  }

  get done(): number {
    return this.#progress.done;
  }

  async take(planned: PlannedStep): Promise<void> {
    const { training, fill, pace } = this.#parts;
    const { batch, learningRate } = planned;
    const { loss, gradientNorm } = await training.step(fill(batch), { learningRate });
    this.#checkLoss(loss, gradientNorm);
    const progress = this.#progress;
    progress.done++;
    progress.loss.sum += loss * batch.texts.length;
    progress.loss.texts += batch.texts.length;
    const rung = reachRung(progress.done, this.#total, progress.rung);
    if (rung !== null) {
      progress.rung = rung.step;
      await this.#report(rung.progress, planned, gradientNorm);
    }
    if (performance.now() - this.#savedAt >= this.#parts.checkpointMs) await this.#save();
    if (rung !== null || pace.due()) await this.#rest();
  }

  finish(): CourseResult {
    const { best, stageBests } = this.#progress;
    if (this.#bestWeights !== null) this.#parts.training.setWeights(this.#bestWeights);
    return {
      steps: this.#total,
      bestStep: best?.step ?? this.#total,
      stages: this.#parts.plan.stages.map(({ name, texts, epochs }, i) => ({
        name,
        texts: texts.length,
        epochs,
        best: stageBests[i]!,
      })),
    };
  }

  #checkLoss(loss: number, gradientNorm: number): void {
    const at = `at step ${this.#progress.done + 1} of ${this.#total}`;
    if (!Number.isFinite(loss)) throw diverged(`the loss is no longer a number ${at}`);
    if (!Number.isFinite(gradientNorm)) throw diverged(`the gradient is no longer a number ${at}`);
    if (loss > EXPLODED) throw diverged(`the loss exploded to ${loss.toPrecision(3)} ${at}`);
  }

  async #report(progress: number, { learningRate, stage, epoch }: PlannedStep, gradientNorm: number) {
    const { loss, rung, done } = this.#progress;
    const metrics = await this.#parts.evaluate();
    if (Number.isNaN(metrics['loss']))
      throw diverged(`the validation loss is not a number after ${done} steps`);
    this.#keepBest(metrics, stage);
    const seconds = (performance.now() - this.#reportedAt) / 1000;
    this.#context.report({
      step: rung,
      progress,
      metrics: {
        ...metrics,
        trainLoss: loss.sum / loss.texts,
        lr: learningRate,
        gradientNorm,
        examplesPerSecond: loss.texts / seconds,
        epoch,
        stage: this.#parts.plan.stages.indexOf(stage) + 1,
        trainSteps: done,
      },
    });
    this.#progress.loss = { sum: 0, texts: 0 };
    this.#reportedAt = performance.now();
  }

  #keepBest(metrics: Metrics, stage: Stage): void {
    const { best, done, stageBests } = this.#progress;
    const { direction } = this.#context.objective;
    const value = scoreOf(metrics, this.#context.objective);
    const number = this.#parts.plan.stages.indexOf(stage);
    const ofStage = stageBests[number]!;
    if (ofStage === null || isBetter(direction, value, ofStage)) stageBests[number] = value;
    if (best !== null && !isBetter(direction, value, best.value)) return;
    this.#progress.best = { value, step: done };
    this.#bestWeights = this.#parts.training.weights();
    this.#bestBytes = new Uint8Array();
  }

  /** Lets the event loop turn. Whoever stops it from outside gets a checkpoint to go on from. */
  async #rest(): Promise<void> {
    try {
      await this.#parts.pace.rest();
    } catch (reason) {
      if (reason instanceof StopRequested && reason.byEngine === null) await this.#save();
      throw reason;
    }
  }

  async #save(): Promise<void> {
    const { checkpoints, training } = this.#parts;
    if (checkpoints === null) return;
    if (this.#bestBytes.length === 0 && this.#bestWeights !== null)
      this.#bestBytes = Uint8Array.from(packWeights(this.#bestWeights));
    await checkpoints.save({
      progress: Buffer.from(JSON.stringify(this.#progress)),
      training: training.saveState(),
      ...(this.#bestWeights !== null && { best: this.#bestBytes }),
    });
    this.#savedAt = performance.now();
  }

  #restore(saved: Record<string, Uint8Array>): void {
    try {
      this.#parts.training.loadState(saved['training']!);
    } catch (error) {
      // Of a network that another version of this program made; nothing was changed.
      if (!(error instanceof WeightsError)) throw error;
      console.log(`hpo: begins anew, the checkpoint cannot be used: ${error.message}`);
      return;
    }
    this.#progress = JSON.parse(Buffer.from(saved['progress']!).toString()) as Progress;
    if (saved['best'] !== undefined) this.#bestWeights = unpackWeights(saved['best']);
    console.log(`hpo: goes on after step ${this.#progress.done} of ${this.#total}`);
  }
}

const diverged = (message: string): TrialFailure => new TrialFailure('diverged', message);

/** What is best at: the study's objective, or the loss where that is something else than a score of labels. */
function scoreOf(metrics: Metrics, { metric, direction }: Objective): number {
  const value = metrics[metric];
  if (value !== undefined) return value;
  return direction === 'minimize' ? metrics['loss']! : -metrics['loss']!;
}
