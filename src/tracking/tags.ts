import type { Metrics } from '../domain/trial.ts';

/** Metrics of the training itself, by the tag under which TensorBoard shows them; all others are of the validation set. */
const TRAINING_TAGS: Readonly<Record<string, string>> = {
  trainLoss: 'train/loss',
  lr: 'train/lr',
  examplesPerSecond: 'train/examplesPerSecond',
  gradientNorm: 'train/gradientNorm',
  epoch: 'train/epoch',
};

/** How far a training has come in steps of its optimiser: TensorBoard's axis, where a report has it. */
export const STEPS_METRIC = 'trainSteps';

/** `valid/loss`, `valid/f1`, `train/loss`, `train/lr` …: one panel of charts for each part. */
export function tagMetrics(metrics: Metrics): Record<string, number> {
  const tagged: Record<string, number> = {};
  for (const [name, value] of Object.entries(metrics)) {
    if (name !== STEPS_METRIC) tagged[TRAINING_TAGS[name] ?? `valid/${name}`] = value;
  }
  return tagged;
}
