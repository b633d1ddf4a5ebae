import type { Engine, Numbers } from '../neural/engine.ts';
import type { Batch, Network, Weights } from '../neural/network.ts';
import {
  type FeedSpec,
  gradientName,
  idsName,
  LOSS,
  outputName,
  paddedWidth,
  rowsName,
  trainingProgram,
} from '../neural/program.ts';

export interface Gradients {
  readonly loss: number;
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** Of each parameter that has one; a sparse table's rows stand where they belong in zeros of its size. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** One training step's loss and gradients, without an optimiser. Dropout masks keep everything. */
export async function gradientsOf(
  engine: Engine,
  network: Network,
  weights: Weights,
  batch: Batch,
): Promise<Gradients> {
  const runner = await engine.compile(trainingProgram(network, batch.dims, () => false));
  const results: Record<string, Numbers> = {};
  await runner.run({
    reserve: () => {},
    feed: (spec) => valuesOf(spec, weights, batch),
    target: (name, shape, type) => {
      results[name] = type === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
      return results[name];
    },
  });
  await runner.dispose();
  const under = (prefix: string): Record<string, Float32Array> =>
    Object.fromEntries(
      Object.entries(results).flatMap(([name, values]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), values as Float32Array]] : [],
      ),
    );
  const tables = Object.keys(network.parameters).filter((name) => network.parameters[name]!.sparse);
  const sparse = Object.fromEntries(tables.map((name) => [name, scatterRows(network, name, results)]));
  return {
    loss: results[LOSS]![0]!,
    outputs: under(outputName('')),
    gradients: { ...under(gradientName('')), ...sparse },
  };
}

function valuesOf({ role, shape }: FeedSpec, weights: Weights, { arrays }: Batch): Numbers {
  switch (role.kind) {
    case 'parameter':
      return weights[role.parameter]!;
    case 'table': {
      const [rows, stride] = shape as readonly [number, number];
      const width = weights[role.parameter]!.length / rows;
      const padded = new Float32Array(rows * stride);
      for (let row = 0; row < rows; row++) {
        padded.set(weights[role.parameter]!.subarray(row * width, (row + 1) * width), row * stride);
      }
      return padded;
    }
    case 'input':
      return arrays[role.input]!;
    case 'mask':
      return new Float32Array(sizeOf(shape)).fill(1);
  }
}

function scatterRows(
  network: Network,
  name: string,
  results: Readonly<Record<string, Numbers>>,
): Float32Array {
  const [rows, width] = network.parameters[name]!.shape as readonly [number, number];
  const stride = paddedWidth(width);
  const sums = new Float32Array(rows * width);
  for (let lookup = 0; results[rowsName(name, lookup)]; lookup++) {
    const values = results[rowsName(name, lookup)]!;
    results[idsName(name, lookup)]!.forEach((id, i) => {
      for (let k = 0; k < width; k++) sums[id * width + k]! += values[i * stride + k]!;
    });
  }
  return sums;
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [apart, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    apart += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(apart / (size || 1));
}
