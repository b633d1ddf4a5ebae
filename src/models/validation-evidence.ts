import type { ValidationPredictions } from '../domain/validation-predictions.ts';
import type { ScoredDocuments } from '../metrics/index.ts';
import type { Evaluation, EvaluationOptions } from './describe-training.ts';

/** Scores that are looked at together, 8 MB. */
const MOST_SCORES = 2e6;
/** Of the documents that are kept. */
const MOST_KEPT_DOCUMENTS = 20_000;
const MOST_KEPT_LABELS = 400_000;
const TOP = 5;

/** Documents whose probabilities are judged: all, or an evenly spread part of very many. */
export function chooseScored(nDocuments: number, nLabels: number): number[] {
  return spreadPositions(nDocuments, Math.max(1, Math.floor(MOST_SCORES / Math.max(1, nLabels))));
}

/** At most `limit` of `n` positions, evenly spread: files are often sorted by label. */
export function spreadPositions(n: number, limit: number): number[] {
  const length = Math.min(n, limit);
  return Array.from({ length }, (_, i) => Math.floor((i * n) / length));
}

/** What is kept beside a model of its answers: true labels, predicted ones and the most probable, bounded in size. */
export function collectPredictions(
  gold: readonly (readonly number[])[],
  { predicted, threshold }: Evaluation,
  { documents, scores }: ScoredDocuments,
  { labels, multiLabel, dataSha256 }: EvaluationOptions & { readonly dataSha256: string },
): ValidationPredictions {
  const perDocument = predicted.reduce((sum, found) => sum + found.length, 0) / (predicted.length || 1);
  const limit = Math.min(MOST_KEPT_DOCUMENTS, Math.floor(MOST_KEPT_LABELS / Math.max(1, perDocument)));
  const kept = spreadPositions(documents.length, limit);
  const positions = kept.map((i) => documents[i]!);
  const nLabels = labels.length;
  return {
    dataSha256,
    documents: gold.length,
    positions,
    labels,
    multiLabel,
    threshold,
    gold: positions.map((document) => gold[document]!),
    predicted: positions.map((document) => predicted[document]!),
    top: kept.map((i) => listTop(scores.subarray(i * nLabels, (i + 1) * nLabels))),
  };
}

/** Label, probability, label, probability …, most probable first, with the four digits that matter. */
function listTop(scores: Float32Array): number[] {
  const best: number[] = [];
  for (let label = 0; label < scores.length; label++) {
    const rank = best.findIndex((other) => scores[label]! > scores[other]!);
    if (rank < 0 && best.length >= TOP) continue;
    best.splice(rank < 0 ? best.length : rank, 0, label);
    if (best.length > TOP) best.pop();
  }
  return best.flatMap((label) => [label, Number(scores[label]!.toPrecision(4))]);
}
