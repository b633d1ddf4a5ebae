import { fBeta } from './f-beta.ts';
import type { LabelSets } from './label-counts.ts';

/**
 * The threshold on the positive label's score at which F1 is best when a document gets the label from there on, and F1
 * there; halfway to the next lower score. Null where no document has the label.
 */
export function tuneBinaryThreshold(
  gold: LabelSets,
  scores: Float32Array,
  { nLabels, positive }: { readonly nLabels: number; readonly positive: number },
): { threshold: number; value: number } | null {
  const documents = Array.from(gold, (labels, document) => ({
    score: scores[document * nLabels + positive]!,
    isPositive: labels.includes(positive),
  })).sort((a, b) => b.score - a.score);
  const total = documents.filter(({ isPositive }) => isPositive).length;
  if (total === 0) return null;
  let [hits, best] = [0, { threshold: 1, value: 0 }];
  for (const [i, { score, isPositive }] of documents.entries()) {
    hits += Number(isPositive);
    const next = documents[i + 1]?.score ?? 0;
    if (next === score) continue;
    const value = fBeta(hits, total, i + 1, 1, 0);
    if (value > best.value) best = { threshold: (score + next) / 2, value };
  }
  return best;
}
