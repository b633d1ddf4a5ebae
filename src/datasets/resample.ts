import type { Rng } from '../domain/random.ts';

/**
 * Evens out rare labels by repetition: a document counts (n_max / n)^strength times, where n is how often its rarest
 * label occurs and n_max how often the most frequent one does. The fractional part is drawn, so that every label gets its share on average.
 * @param labels of each document, as indices; a document without any counts once
 * @param strength 0: as it is; 1: every label as often as the most frequent one
 * @returns document indices in document order, repeated ones side by side
 */
export function oversample(
  labels: readonly ArrayLike<number>[],
  { strength, rng }: { readonly strength: number; readonly rng: Rng },
): Int32Array {
  const counts = countLabels(labels);
  const most = Math.max(1, ...counts.values());
  const order: number[] = [];
  for (const [document, own] of labels.entries()) {
    let rarest = most;
    for (let i = 0; i < own.length; i++) rarest = Math.min(rarest, counts.get(own[i]!)!);
    const weight = (most / rarest) ** strength;
    const times = Math.floor(weight) + (rng.uniform() < weight % 1 ? 1 : 0);
    for (let k = 0; k < times; k++) order.push(document);
  }
  return Int32Array.from(order);
}

function countLabels(labels: readonly ArrayLike<number>[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const own of labels) {
    for (let i = 0; i < own.length; i++) counts.set(own[i]!, (counts.get(own[i]!) ?? 0) + 1);
  }
  return counts;
}
