import { HpoError } from '../domain/errors.ts';
import type { Network, Weights } from './network.ts';
import { type FeedSpec, inferenceProgram, outputName, paddedWidth } from './program.ts';
import { type Tensor, tf } from './tensorflow.ts';
import { trace } from './tracing/backend.ts';
import { encodeModel } from './tracing/encode.ts';
import { sweep } from './tracing/graph.ts';
import { type OpenSize, replaceSizes } from './tracing/open-sizes.ts';
import { WeightsError } from './weights-file.ts';

/** The network cannot become a file that takes batches of any size. */
export class ExportError extends HpoError {}

/** Larger than any size that a network has of its own; two lists, so that a coincidence shows. */
const PRIMES = [
  [10007, 10037, 10061, 10069],
  [10009, 10039, 10067, 10079],
] as const;

/**
 * An ONNX model of the network's predictions, weights inside. Inputs and outputs have the network's names; named sizes
 * stay open.
 * @throws WeightsError when weights are missing @throws ExportError when the network computes with sizes in a way that a
 * fixed graph cannot
 */
export function exportOnnx(network: Network, weights: Weights): Uint8Array {
  const names = sizeNames(network);
  const [model, check] = PRIMES.map((primes) => {
    if (names.length > primes.length)
      throw new ExportError(`A saved network can have ${primes.length} named sizes, not ${names.length}.`);
    return buildModel(network, weights, new Map(names.map((name, i) => [name, primes[i]!])));
  }) as [Uint8Array, Uint8Array];
  if (!Buffer.from(model).equals(Buffer.from(check))) {
    throw new ExportError('The graph depends on the size of its batches: it cannot be saved.');
  }
  return model;
}

function sizeNames({ inputs }: Network): string[] {
  const dims = Object.values(inputs).flatMap(({ shape }) => shape);
  return [...new Set(dims.filter((dim) => typeof dim === 'string'))];
}

function buildModel(network: Network, weights: Weights, sizes: ReadonlyMap<string, number>): Uint8Array {
  const program = inferenceProgram(network, Object.fromEntries(sizes), false);
  const { graph, outputs } = trace((feed) =>
    program((spec) => {
      const { role, shape, type } = spec;
      return role.kind === 'input' ? feed(role.input, { shape, type }) : constantOf(spec, weights);
    }),
  );
  const nodes = sweep(graph, Object.values(outputs));
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const feeds = graph.feeds.filter((value) => used.has(value));
  const openSizes = [...sizes].flatMap(([name, prime]): OpenSize[] => {
    const feed = feeds.find(({ shape }) => shape.includes(prime));
    return feed ? [{ name, prime, feed, axis: feed.shape.indexOf(prime) }] : [];
  });
  return encodeModel({
    nodes: replaceSizes(graph, nodes, openSizes),
    feeds: feeds.map((value) => ({ name: value.source.kind === 'feed' ? value.source.name : '', value })),
    outputs: Object.entries(outputs).map(([name, value]) => ({
      name: name.slice(outputName('').length),
      value,
    })),
    sizes: new Map([...sizes].map(([name, prime]) => [prime, name])),
  });
}

function constantOf({ role, shape }: FeedSpec, weights: Weights): Tensor {
  if (role.kind !== 'parameter' && role.kind !== 'table')
    throw new ExportError('A prediction needs no masks.');
  const values = weights[role.parameter];
  if (!values) throw new WeightsError(`There is no "${role.parameter}" among the weights.`);
  return tf.tensor(role.kind === 'table' ? padRows(values, shape) : values, [...shape], 'float32');
}

/** @param shape rows and padded width */
function padRows(values: Float32Array, [rows, stride]: readonly number[]): Float32Array {
  const width = values.length / rows!;
  if (width === stride || paddedWidth(width) !== stride) return values;
  const padded = new Float32Array(rows! * stride);
  for (let row = 0; row < rows!; row++)
    padded.set(values.subarray(row * width, (row + 1) * width), row * stride);
  return padded;
}
