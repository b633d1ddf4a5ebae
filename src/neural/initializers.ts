import { createRng, type Rng } from '../domain/random.ts';
import type { ParameterSpec } from './network.ts';
import { sizeOf } from './tracing/graph.ts';

/** A parameter's first values: they depend on the seed and its name, not on what else the network has. */
export function initialValues(name: string, { shape, init }: ParameterSpec, seed: number): Float32Array {
  const size = sizeOf(shape);
  const rng = createRng(seed, 0, `parameter ${name}`);
  switch (init.kind) {
    case 'zeros':
      return new Float32Array(size);
    case 'ones':
      return new Float32Array(size).fill(1);
    case 'constant':
      return new Float32Array(size).fill(init.value);
    case 'normal':
      return fillWith(size, () => init.deviation * rng.normal());
    case 'uniform':
      return fillWith(size, () => init.limit * (2 * rng.uniform() - 1));
    case 'glorot': {
      const limit = Math.sqrt(6 / (shape[0]! + shape.at(-1)!));
      return fillWith(size, () => limit * (2 * rng.uniform() - 1));
    }
    case 'orthogonal':
      return orthogonal(shape[0]!, size / shape[0]!, rng);
    case 'values':
      if (init.values.length !== size)
        throw new Error(`"${name}" wants ${size} values, got ${init.values.length}`);
      return init.values.slice();
  }
}

function fillWith(size: number, draw: () => number): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = draw();
  return values;
}

/** A recurrent kernel [h, 4h] becomes four square blocks, each of its own orthonormal rows. */
function orthogonal(rows: number, columns: number, rng: Rng): Float32Array {
  const values = new Float32Array(rows * columns);
  for (let start = 0; start < columns; start += rows) {
    const width = Math.min(rows, columns - start);
    // Fewer columns than rows: orthonormal columns instead.
    const vectors = orthonormalise(
      Array.from({ length: width }, () => Float64Array.from({ length: rows }, () => rng.normal())),
    );
    vectors.forEach((vector, column) => {
      for (let row = 0; row < rows; row++) values[row * columns + start + column] = vector[row]!;
    });
  }
  return values;
}

/** Gram–Schmidt, twice for each vector, which is enough for double precision. */
function orthonormalise(vectors: readonly Float64Array[]): readonly Float64Array[] {
  vectors.forEach((vector, i) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors.slice(0, i)) addScaled(vector, other, -dot(vector, other));
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let k = 0; k < vector.length; k++) vector[k]! /= norm;
  });
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function addScaled(to: Float64Array, from: Float64Array, by: number): void {
  for (let k = 0; k < to.length; k++) to[k]! += by * from[k]!;
}
