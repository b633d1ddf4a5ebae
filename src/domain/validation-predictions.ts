/** What a model answered on the validation documents, or on an evenly spread part of very many. */
export interface ValidationPredictions {
  /** Identifies the documents and their order. */
  readonly dataSha256: string;
  /** Documents of the whole set. */
  readonly documents: number;
  /** Positions of the documents told of, rising. */
  readonly positions: readonly number[];
  /** The model's labels, which the numbers below point into. */
  readonly labels: readonly string[];
  readonly multiLabel: boolean;
  readonly threshold: number | null;
  /** True labels; −1: one that the model does not know. */
  readonly gold: readonly (readonly number[])[];
  readonly predicted: readonly (readonly number[])[];
  /** The most probable labels and their probabilities: label, probability, label, probability … */
  readonly top: readonly (readonly number[])[];
}
