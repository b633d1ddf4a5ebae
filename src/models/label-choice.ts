import type { LabelScore, PredictOptions } from '../domain/ports.ts';

/** How a model chooses by itself: the top label, or every label that reaches its tuned threshold and the top one. */
export type LabelRule = { readonly threshold: number | null };

/** Label numbers that the model's own rule gives a document, most probable first; equals by number. */
export function chooseLabels(probabilities: Float32Array, { threshold }: LabelRule): number[] {
  const top = topLabel(probabilities);
  if (threshold === null) return [top];
  const chosen = [...probabilities.keys()].filter((k) => k === top || probabilities[k]! >= threshold);
  return byProbability(chosen, probabilities);
}

/** What `predict` was asked for: the model's own rule, unless a number of labels or a threshold is given. */
export function answerLabels(
  probabilities: Float32Array,
  labels: readonly string[],
  rule: LabelRule,
  { k, threshold }: PredictOptions,
): LabelScore[] {
  const chosen =
    k === null && threshold === null
      ? chooseLabels(probabilities, rule)
      : byProbability([...probabilities.keys()], probabilities)
          .filter((label) => probabilities[label]! >= (threshold ?? 0))
          .slice(0, k ?? labels.length);
  return chosen.map((label) => ({ label: labels[label]!, probability: probabilities[label]! }));
}

function byProbability(chosen: number[], probabilities: Float32Array): number[] {
  return chosen.sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
}

function topLabel(probabilities: Float32Array): number {
  let top = 0;
  for (let label = 1; label < probabilities.length; label++) {
    if (probabilities[label]! > probabilities[top]!) top = label;
  }
  return top;
}
