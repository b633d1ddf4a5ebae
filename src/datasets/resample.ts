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

/**
 * Evens out frequent labels by leaving documents out: of each label about as many stay as the rarest one has, times `ratio`,
 * chosen at random. A document stays when any of its labels still lacks one, so documents of rare labels all do; those
 * without a label are a label of their own.
 * @param ratio how many times as many as the rarest label; at least 1
 * @param least so many of each label stay in any case
 * @returns document indices in document order
 */
export function downsample(
  labels: readonly ArrayLike<number>[],
  { ratio, least, rng }: { readonly ratio: number; readonly least: number; readonly rng: Rng },
): Int32Array {
  const own = labels.map((some) => (some.length === 0 ? NO_LABEL : some));
  const rarest = Math.min(...countLabels(own).values());
  const most = Math.max(least, Math.round(ratio * rarest));
  const taken = new Map<number, number>();
  const lacks = (label: number): boolean => (taken.get(label) ?? 0) < most;
  const kept: number[] = [];
  for (const document of rng.permutation(own.length)) {
    const some = Array.from(own[document]!);
    if (!some.some(lacks)) continue;
    for (const label of some) taken.set(label, (taken.get(label) ?? 0) + 1);
    kept.push(document);
  }
  return Int32Array.from(kept).sort();
}

const NO_LABEL = [-1];
