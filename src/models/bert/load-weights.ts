import { openCheckpointWeights } from './checkpoint/open-checkpoint.ts';
import { quoteName, quoteNames, refuseCheckpoint } from './checkpoint/refusal.ts';
import { countElements, type StoredTensor, type TensorFile } from './checkpoint/tensor-file.ts';
import type { BertConfig } from './config.ts';
import {
  canonicalName,
  classifierShapes,
  encoderShapes,
  isIgnored,
  poolerShapes,
  type WeightShapes,
} from './weight-names.ts';

/** Numbers of a checkpoint by the names of weight-names.ts, shaped as there. */
export type BertWeights = ReadonlyMap<string, Float32Array>;

export interface LoadedWeights {
  /** The encoder, and the pooler where there is one. */
  readonly encoder: BertWeights;
  readonly hasPooler: boolean;
  /** The layer that made labels of the pooled output, where the checkpoint has one. */
  readonly classifier: Classifier | null;
}

export interface Classifier {
  /** [labels, hidden]. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** @throws {CheckpointError} a tensor is missing, unexpected, of another shape or not finite: all such are named */
export async function loadBertWeights(dir: string, config: BertConfig): Promise<LoadedWeights> {
  const file = await openCheckpointWeights(dir);
  try {
    const stored = nameCanonically(file);
    const pooler = poolerShapes(config);
    const hasPooler = [...pooler.keys()].some((name) => stored.has(name));
    const shapes: WeightShapes = new Map([...encoderShapes(config), ...(hasPooler ? pooler : [])]);
    const classifier = storedClassifier(stored, config);
    const all = new Map([...shapes, ...classifier]);
    assertSame(stored, all, file);
    const read = await readAll(stored, all, file);
    const [weight, bias] = ['classifier.weight', 'classifier.bias'].map((name) => read.get(name));
    return {
      encoder: new Map([...read].filter(([name]) => shapes.has(name))),
      hasPooler,
      classifier: weight && bias ? { weight, bias } : null,
    };
  } finally {
    await file.close();
  }
}

type Stored = ReadonlyMap<string, StoredTensor>;

function nameCanonically(file: TensorFile): Stored {
  const stored = new Map<string, StoredTensor>();
  for (const [name, tensor] of file.tensors) {
    const canonical = canonicalName(name);
    if (isIgnored(canonical)) continue;
    if (stored.has(canonical)) refuseCheckpoint(file.path, `holds ${quoteName(canonical)} under two names`);
    stored.set(canonical, tensor);
  }
  return stored;
}

/** As many labels as the checkpoint has. */
function storedClassifier(stored: Stored, config: BertConfig): WeightShapes {
  const nLabels = stored.get('classifier.bias')?.shape[0] ?? 0;
  return stored.has('classifier.weight') ? classifierShapes(config, nLabels) : new Map();
}

function assertSame(stored: Stored, shapes: WeightShapes, file: TensorFile): void {
  const fault = { fix: 'give the config.json that belongs to these weights' };
  const missing = [...shapes.keys()].filter((name) => !stored.has(name));
  if (missing.length > 0) refuseCheckpoint(file.path, `lacks ${quoteNames(missing)}`, fault);
  const unexpected = [...stored.keys()].filter((name) => !shapes.has(name));
  if (unexpected.length > 0) {
    refuseCheckpoint(file.path, `holds ${quoteNames(unexpected)}, which config.json does not tell of`, fault);
  }
  const wrong = [...shapes].filter(([name, shape]) => !sameShape(stored.get(name)!.shape, shape));
  if (wrong.length > 0) {
    const details = wrong
      .slice(0, 5)
      .map(
        ([name, shape]) => `${name}: ${stored.get(name)!.shape.join(' × ')} instead of ${shape.join(' × ')}`,
      );
    refuseCheckpoint(
      file.path,
      `has other shapes than config.json says: ${quoteNames(wrong.map(([name]) => name))}`,
      {
        ...fault,
        details,
      },
    );
  }
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** A format of pointers can claim the same bytes many times; no honest encoder is larger than its file in 16 bits. */
const MIN_BYTES = 2;

async function readAll(
  stored: Stored,
  shapes: WeightShapes,
  file: TensorFile,
): Promise<Map<string, Float32Array>> {
  const claimed = [...shapes.values()].reduce((sum, shape) => sum + countElements(shape), 0) * MIN_BYTES;
  if (claimed > file.size) refuseCheckpoint(file.path, 'claims more numbers than it can hold');
  const read = new Map<string, Float32Array>();
  const bad: string[] = [];
  for (const name of shapes.keys()) {
    const values = await stored.get(name)!.read();
    if (!allFinite(values)) bad.push(name);
    read.set(name, values);
  }
  if (bad.length === 0) return read;
  return refuseCheckpoint(file.path, `has numbers that are not finite in ${quoteNames(bad)}`, {
    fix: 'its training had diverged: give another checkpoint',
  });
}

function allFinite(values: Float32Array): boolean {
  let sum = 0;
  // A NaN or an infinity times zero is NaN and stays; no test for every number.
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0;
}
