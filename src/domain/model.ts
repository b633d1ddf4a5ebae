import type { Params } from './distribution.ts';
import type { Resampling } from './resampling.ts';
import type { SearchSpace } from './search-space.ts';
import type { SpaceContext, StudySpec } from './study.ts';
import type { Trainer } from './training.ts';

export interface LabelScore {
  readonly label: string;
  /** 0–1. */
  readonly probability: number;
}

export interface PredictOptions {
  /** At most this many labels; null: as many as pass the threshold. */
  readonly k: number | null;
  /** Least probability; null: the model's own stored rule (top label, or its tuned threshold). */
  readonly threshold: number | null;
}

export interface Predictor {
  readonly labels: readonly string[];
  /** For each text its labels, most probable first. */
  predict(texts: readonly string[], options: PredictOptions): Promise<LabelScore[][]>;
  /** The text as the model's own ecosystem must be given it (after `normalise`). */
  normalise(text: string): string;
  dispose(): void;
}

export interface Model extends Trainer {
  readonly name: string;
  readonly description: string;
  /** The search space that fits this data. */
  space(context: SpaceContext): SearchSpace;
  /** Parameters, and choices of parameters, that it can be given but searches only when they are named. */
  readonly optional?: SearchSpace;
  /** Known-good configurations to try first (full points of `space(context)`); the first one is the model's own defaults. */
  defaults(context: SpaceContext): readonly Params[];
  /**
   * How a score of this model is tested again: a model that always trains to the same result on other parts of the data
   * (`folds`), one that depends on its seed with others (`seeds`); null: it cannot be.
   */
  readonly resampling: Resampling['by'] | null;
  /** Validation metrics of its own, beside those that all models report, by which a study can be judged. */
  readonly ownMetrics?: readonly string[];
  /** Estimated peak bytes of a training, or null where it cannot be told. */
  predictMemory(params: Params, context: SpaceContext): number | null;
  loadPredictor(dir: string): Promise<Predictor>;
  /** Whether its reports are also written for TensorBoard, into the attempt folder: for trainings that people look at. */
  readonly tracked?: boolean;
  /**
   * Only of a model that runs somebody else's program: it searches any space for any metric, needs no data and has no
   * predictor. Looks at a study before anything runs. @throws {UsageError} it cannot be run like that
   */
  readonly checkProgram?: (spec: Pick<StudySpec, 'space' | 'fixed' | 'settings'>) => void;
  /** Settings that mean the same to every model that has them: in a study of several they need no model's name. */
  readonly sharedSettings?: readonly string[];
  /** Looks at a study's free settings before anything runs. @throws {UsageError} nobody would read one of them */
  readonly checkSettings?: (settings: StudySpec['settings']) => void;
}
