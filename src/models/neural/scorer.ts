import { UsageError } from '../../domain/errors.ts';
import { EngineError, loadOnnx, type OnnxPredictor } from '../../neural/index.ts';
import { fillBatch } from '../../text/batches.ts';
import { encodeTexts, lengthsOf, type Tokeniser } from '../../text/tokeniser.ts';
import type { Pace } from '../pace.ts';
import { inputArrays, type TextNetwork } from './text-network.ts';

/** A trained network that turns texts into logits. Owns a session of ONNX Runtime. */
export interface Scorer {
  /** One row of numbers a text, one column a label. */
  score(texts: readonly string[], pace: Pace): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export interface ScorerOptions {
  /** As `exportOnnx` made it. */
  readonly onnx: Uint8Array;
  readonly network: Pick<TextNetwork, 'inputs' | 'major'>;
  readonly tokeniser: Tokeniser;
  readonly maxLength: number;
  readonly nLabels: number;
  readonly threads: number;
}

/**
 * Every text is computed in the same shape, which depends on nothing but its own length: rounding differs between shapes,
 * and a text must get the same answer alone as among others.
 */
const ROWS = 8;
const LENGTH_MULTIPLE = 8;

export async function createScorer(options: ScorerOptions): Promise<Scorer> {
  const { onnx, network, tokeniser, maxLength, nLabels, threads } = options;
  const session = await openSession(onnx, threads);
  return {
    async score(texts, pace) {
      const rows = await encodeTexts(texts, tokeniser, maxLength, pace);
      const logits = new Float32Array(texts.length * nLabels);
      for (const [length, members] of groupByLength(lengthsOf(rows))) {
        for (let start = 0; start < members.length; start += ROWS) {
          if (pace.due()) await pace.rest();
          const plan = { length, texts: members.slice(start, start + ROWS) };
          const batch = fillBatch(rows, plan, {
            rows: ROWS,
            padding: tokeniser.padding,
            major: network.major,
          });
          const dims = { batch: ROWS, length };
          const found = await session.predict({ dims, arrays: inputArrays(network, batch) });
          for (const [row, text] of plan.texts.entries())
            logits.set(found['logits']!.subarray(row * nLabels, (row + 1) * nLabels), text * nLabels);
        }
      }
      return logits;
    },
    dispose: () => session.dispose(),
  };
}

async function openSession(onnx: Uint8Array, threads: number): Promise<OnnxPredictor> {
  try {
    return await loadOnnx(onnx, { threads });
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    throw new UsageError('model.onnx cannot be read: it is damaged or was cut off.', {
      cause,
      details: [cause.message],
      fix: 'export the model again',
    });
  }
}

function groupByLength(lengths: Int32Array): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const [text, length] of lengths.entries()) {
    const rounded = Math.ceil(length / LENGTH_MULTIPLE) * LENGTH_MULTIPLE;
    const members = groups.get(rounded);
    if (members === undefined) groups.set(rounded, [text]);
    else members.push(text);
  }
  return groups;
}
