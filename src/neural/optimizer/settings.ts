/** AdamW with decoupled weight decay, and clipping by the global norm of all gradients. */
export interface OptimizerOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Shrinks each weight by learningRate × this a step. */
  readonly weightDecay?: number;
  /** Gradients longer than this are scaled down to it, all together. */
  readonly clipNorm?: number;
}

export type LearningRate = number | Readonly<Record<string, number>>;

/** The scalars of one step of one parameter, as the kernel reads them: decay, rate, root (see assembly/adamw.ts). */
export function stepScalars(
  { learningRate, weightDecay, step }: { learningRate: number; weightDecay: number; step: number },
  { beta1 = 0.9, beta2 = 0.999 }: OptimizerOptions,
): readonly [decay: number, rate: number, root: number] {
  return [
    1 - learningRate * weightDecay,
    learningRate / (1 - beta1 ** step),
    1 / Math.sqrt(1 - beta2 ** step),
  ];
}

/** The factor that brings a gradient of this norm to at most `clipNorm`. */
export function clipScale(norm: number, clipNorm: number | undefined): number {
  return clipNorm === undefined || norm <= clipNorm ? 1 : clipNorm / (norm + 1e-6);
}
