import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Average } from '../domain/objective.ts';
import { precisionRecallFBeta, type ScoreOptions, scoreLabels } from './index.ts';

/** A call of scikit-learn's `precision_recall_fscore_support` and what it returned. */
interface GoldenCase {
  readonly name: string;
  readonly y_true: readonly unknown[];
  readonly y_pred: readonly unknown[];
  readonly average: Average | null;
  readonly beta: number;
  readonly labels: readonly unknown[] | null;
  readonly pos_label: unknown;
  readonly zero_division: number;
  readonly multilabel: boolean;
  readonly sample_weight: readonly number[] | null;
  readonly precision: number | null | readonly number[];
  readonly recall: number | null | readonly number[];
  readonly fbeta: number | null | readonly number[];
  readonly support: readonly number[] | null;
  readonly error?: string;
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const path = join(root, '..', 'shared', 'golden', 'fbeta_golden.json');
const skip = existsSync(path) ? false : 'the golden file of scikit-learn values is not beside this checkout';

/** The list that indices point into: all labels that occur, those asked for first (scikit-learn sorts when none are). */
function labelListOf({ labels, y_true, y_pred, pos_label }: GoldenCase): unknown[] {
  const seen = [...new Set([...y_true.flat(), ...y_pred.flat()])].sort();
  const positive = pos_label === null ? [] : [pos_label];
  return [...new Set([...(labels ?? []), ...seen, ...positive])];
}

function optionsOf(golden: GoldenCase, list: readonly unknown[]): ScoreOptions {
  return {
    nLabels: list.length,
    beta: golden.beta,
    zeroDivision: golden.zero_division,
    ...(golden.labels && { subset: golden.labels.map((label) => list.indexOf(label)) }),
    ...(golden.pos_label !== null && { positive: list.indexOf(golden.pos_label) }),
    ...(golden.sample_weight && { sampleWeight: golden.sample_weight }),
  };
}

t.test('every golden case of scikit-learn is met to 1e-12', { skip }, async (t) => {
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: GoldenCase[] };
  t.ok(cases.length >= 31);
  for (const golden of cases) {
    const list = labelListOf(golden);
    const indices = (sets: readonly unknown[]): number[][] =>
      sets.map((set) => [set].flat().map((label) => list.indexOf(label)));
    const [gold, predicted] = [indices(golden.y_true), indices(golden.y_pred)];
    const options = optionsOf(golden, list);
    if (golden.error !== undefined) {
      t.throws(
        () => precisionRecallFBeta(gold, predicted, golden.average!, options),
        /0 or more/,
        golden.name,
      );
      continue;
    }
    const rows = golden.average === null ? scoreLabels(gold, predicted, options) : null;
    const scores = rows === null ? precisionRecallFBeta(gold, predicted, golden.average!, options) : null;
    for (const [ours, theirs] of [
      ['precision', golden.precision],
      ['recall', golden.recall],
      ['fBeta', golden.fbeta],
    ] as const) {
      const got = rows?.map((row) => row[ours]) ?? [scores![ours]];
      // JSON has no NaN: the empty input's mean is null there.
      const want = [theirs].flat().map((value) => value ?? Number.NaN);
      t.ok(
        want.length === got.length && want.every((value, i) => closeTo(value, got[i]!)),
        `${golden.name} ${ours}: ${got}`,
      );
    }
    if (golden.support) {
      t.same(
        rows?.map((row) => row.support),
        golden.support,
        golden.name,
      );
    }
  }
});

function closeTo(a: number, b: number): boolean {
  return Number.isNaN(a) ? Number.isNaN(b) : Math.abs(a - b) <= 1e-12;
}
