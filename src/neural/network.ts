import type { Tensor } from './tensorflow.ts';

/** A size: a number, or the name of one that each batch brings, as `batch` or `length`. */
export type Dim = number | string;

export interface InputSpec {
  readonly shape: readonly Dim[];
  readonly dtype: 'int32' | 'float32';
}

/** How a parameter begins. Fans are those of a matrix [in, out]. */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  /** Uniform with the limit √(6 / (in + out)). */
  | { readonly kind: 'glorot' }
  /** Orthonormal rows or columns, block by block where a matrix is a row of square ones. */
  | { readonly kind: 'orthogonal' }
  /** Trained elsewhere. */
  | { readonly kind: 'values'; readonly values: Float32Array };

export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly init: Initializer;
  /** Whether weight decay shrinks it: yes, unless said otherwise (biases, LayerNorm). */
  readonly decay?: boolean;
  /** Learning rates and freezing go by group; `all` unless named. */
  readonly group?: string;
  /** A table [rows, width] that only `lookup` reads: a step costs what its rows cost, not what the table has. */
  readonly sparse?: boolean;
}

/** What a network sees while it is run (or traced): its parameters and the batch. */
export interface Scope {
  /** False when it predicts: no dropout then. */
  readonly training: boolean;
  parameter(name: string): Tensor;
  /** An input; in `loss` also a target. */
  input(name: string): Tensor;
  /** Rows of a table: ids of any shape give one more axis, the row. For a sparse table they must be an input itself. */
  lookup(name: string, ids: Tensor): Tensor;
  /** Zeros a share `rate` of x and scales the rest, by a mask of `shape` (x's own unless given) from a seeded stream. */
  dropout(x: Tensor, rate: number, shape?: readonly number[]): Tensor;
  /** Such a mask by itself: 0 for a share `rate`, else 1 / (1 − rate); null where there is no dropout. */
  dropoutMask(shape: readonly number[], rate: number): Tensor | null;
}

export type Outputs = Readonly<Record<string, Tensor>>;

/**
 * A model in plain TensorFlow.js. Both functions may be called once a shape of batch and then be replayed as a
 * compiled graph: what they compute must depend on tensors and shapes only.
 */
export interface Network {
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** What a prediction needs. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** What the loss needs besides. */
  readonly targets: Readonly<Record<string, InputSpec>>;
  forward(scope: Scope): Outputs;
  /** A scalar. */
  loss(outputs: Outputs, scope: Scope): Tensor;
}

/** Values of all inputs (and of the targets, where there is a loss), row by row, with the named sizes. */
export interface Batch {
  readonly dims: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, Int32Array | Float32Array>>;
}

/** All parameters by name, row by row. */
export type Weights = Readonly<Record<string, Float32Array>>;

export const groupOf = (spec: ParameterSpec): string => spec.group ?? 'all';

export function resolveDims(shape: readonly Dim[], dims: Readonly<Record<string, number>>): number[] {
  return shape.map((dim) => {
    if (typeof dim === 'number') return dim;
    const size = dims[dim];
    if (size === undefined) throw new Error(`the batch does not say how large "${dim}" is`);
    return size;
  });
}
