import type { Dataset, Document } from '../domain/dataset.ts';
import type { DatasetHandle, TrainingContext } from '../domain/ports.ts';

/** What a training is called with; nothing is kept, everything is reported to nobody. */
export function makeContext(overrides: Partial<TrainingContext> = {}): TrainingContext {
  return {
    objective: { metric: 'f1', direction: 'maximize', average: 'micro', positiveLabel: null },
    seed: 5,
    threads: 1,
    cacheDir: null,
    checkpointDir: null,
    attempt: null,
    settings: {},
    report: () => {},
    signal: new AbortController().signal,
    ...overrides,
  };
}

/** A data set in memory. */
export function handleOf(documents: readonly Document[]): DatasetHandle {
  const counts = new Map<string, number>();
  for (const label of documents.flatMap(({ labels }) => labels)) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const labels = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
  const dataset: Dataset = { documents, labels, multiLabel: documents.some((one) => one.labels.length > 1) };
  return { sha256: JSON.stringify(documents), read: async () => dataset };
}
