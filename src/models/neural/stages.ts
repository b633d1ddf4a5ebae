import { createRng } from '../../domain/random.ts';
import { type BatchOptions, type BatchPlan, planEpoch } from '../../text/batches.ts';
import { learningRateAt, type RateSchedule } from './learning-rate.ts';

/** A part of a training: so many passes over some of the texts, with a learning-rate schedule of its own. */
export interface Stage {
  readonly name: 'balanced' | 'all';
  readonly texts: readonly number[];
  readonly epochs: number;
  readonly rate: RateSchedule;
}

/** All steps of a training, before it begins. */
export interface TrainingPlan {
  readonly stages: readonly Stage[];
  readonly batches: BatchOptions;
  /** Of the order of the texts. */
  readonly seed: number;
}

/** One step of the optimiser. */
export interface PlannedStep {
  readonly batch: BatchPlan;
  readonly learningRate: number;
  readonly stage: Stage;
  /** Of its stage, in epochs with a fraction. */
  readonly epoch: number;
}

const epochSteps = ({ texts }: Stage, { batchSize }: BatchOptions): number =>
  Math.ceil(texts.length / batchSize);

const stageSteps = (stage: Stage, batches: BatchOptions): number => stage.epochs * epochSteps(stage, batches);

export function countSteps({ stages, batches }: TrainingPlan): number {
  return stages.reduce((sum, stage) => sum + stageSteps(stage, batches), 0);
}

/**
 * The steps from `first` on. Each epoch's order follows from the seed, its stage and its number alone: a training that goes
 * on in the middle takes the very steps that were left.
 */
export function* planSteps({ stages, batches, seed }: TrainingPlan, first: number): Generator<PlannedStep> {
  let before = 0;
  for (const [number, stage] of stages.entries()) {
    const perEpoch = epochSteps(stage, batches);
    const total = stage.epochs * perEpoch;
    for (let epoch = 0; epoch < stage.epochs; epoch++) {
      const start = before + epoch * perEpoch;
      if (start + perEpoch <= first) continue;
      const order = planEpoch(stage.texts, batches, createRng(seed, 1000 * epoch + number, 'epoch'));
      for (let i = Math.max(0, first - start); i < perEpoch; i++) {
        const step = epoch * perEpoch + i;
        const learningRate = learningRateAt(stage.rate, step, total);
        yield { batch: order[i]!, learningRate, stage, epoch: (step + 1) / perEpoch };
      }
    }
    before += total;
  }
}
