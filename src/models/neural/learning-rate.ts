/** How the rate falls after warm-up: to nothing in a straight line or along half a cosine, or not at all. */
export const DECAYS = ['linear', 'cosine', 'constant'] as const;
export type Decay = (typeof DECAYS)[number];

export interface RateSchedule {
  /** The highest rate, reached when warm-up ends. */
  readonly peak: number;
  /** Share of all steps in which the rate rises, 0–1. */
  readonly warmup: number;
  readonly decay: Decay;
}

/**
 * The learning rate of a step.
 * @param step from 0
 * @param total steps of the schedule
 */
export function learningRateAt({ peak, warmup, decay }: RateSchedule, step: number, total: number): number {
  const rising = Math.round(warmup * total);
  if (step < rising) return (peak * (step + 1)) / (rising + 1);
  const done = (step - rising) / Math.max(1, total - rising);
  switch (decay) {
    case 'linear':
      return peak * (1 - done);
    case 'cosine':
      return (peak * (1 + Math.cos(Math.PI * done))) / 2;
    case 'constant':
      return peak;
  }
}
