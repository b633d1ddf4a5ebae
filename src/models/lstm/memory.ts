import type { Params } from '../../domain/distribution.ts';
import type { SpaceContext } from '../../domain/study.ts';
import { directionsOf, outputWidth } from './network.ts';
import { parseLstmParams } from './params.ts';

/** A Node process with ONNX Runtime and its compiled graphs. */
const BASE_BYTES = 300 * 2 ** 20;
const BYTES_PER_TEXT = 1500;
/** Distinct words that a text adds, about; a large set repeats most of its words. */
const NEW_WORDS = 3;
/** Weights, two moments, those of the best step, the exported file and its session. */
const COPIES = 6;
/** Numbers kept a step, a unit and a text for the way back: four gates, cell, hidden, their gradients. */
const KEPT_PER_UNIT = 20;

/** Bytes at the peak: texts, weights with all their copies, and what a batch of the longest texts keeps. */
export function predictLstmMemory(params: Params, { nDocuments, nLabels }: SpaceContext): number {
  const { shape, maxWords, maxLength, batchSize } = parseLstmParams(params);
  const width = outputWidth(shape);
  const cell = (inputs: number): number => 4 * shape.hiddenSize * (inputs + shape.hiddenSize + 1);
  const layers = cell(shape.embeddingDim) + (shape.layers - 1) * cell(width);
  const words = Math.min(maxWords, 1000 + NEW_WORDS * nDocuments);
  const weights =
    words * shape.embeddingDim + directionsOf(shape).length * layers + width * (width + nLabels);
  const perStep = shape.layers * width * KEPT_PER_UNIT + 3 * shape.embeddingDim;
  const activations = Math.min(batchSize, nDocuments) * maxLength * perStep;
  return BASE_BYTES + BYTES_PER_TEXT * nDocuments + 4 * (COPIES * weights + activations);
}
