import type { Document } from '../domain/dataset.ts';
import type { Rng } from '../domain/random.ts';
import { comparisonKey } from './duplicates.ts';

/** Documents with one text: they go to one part together. */
interface Group {
  readonly documents: readonly number[];
  /** Distinct labels, as indices. */
  readonly labels: readonly number[];
}

/**
 * Deals documents into parts so that each part gets its share of every label, and equal texts stay together. Iterative
 * stratification (Sechidis, Tsoumakas, Vlahavas, "On the Stratification of Multi-Label Data", ECML PKDD 2011): the label
 * with the fewest documents left is dealt first, each document to the part that still wants that label most. With one
 * label a document this is plain stratification. A label with a single document goes to the largest part.
 * @param fractions one a part, summing to 1.
 * @returns each part's documents in their original order.
 */
export function splitStratified(
  documents: readonly Document[],
  fractions: readonly number[],
  rng: Rng,
): Document[][] {
  const groups = groupByText(documents, rng);
  const dealer = createDealer(groups, fractions);
  for (let label = dealer.rarestLabel(); label !== null; label = dealer.rarestLabel())
    dealer.dealLabel(label);
  dealer.dealRest();
  const parts: Document[][] = fractions.map(() => []);
  const partOf = new Int32Array(documents.length);
  for (const [g, group] of groups.entries()) for (const i of group.documents) partOf[i] = dealer.partOf[g]!;
  for (const [i, document] of documents.entries()) parts[partOf[i]!]!.push(document);
  return parts;
}

function groupByText(documents: readonly Document[], rng: Rng): Group[] {
  const indices = new Map<string, number>();
  const byText = new Map<string, { documents: number[]; labels: number[] }>();
  for (const [i, { text, labels }] of documents.entries()) {
    const key = comparisonKey(text);
    let group = byText.get(key);
    if (group === undefined) {
      group = { documents: [], labels: [] };
      byText.set(key, group);
    }
    group.documents.push(i);
    for (const label of labels) {
      const index = indices.get(label) ?? indices.size;
      indices.set(label, index);
      if (!group.labels.includes(index)) group.labels.push(index);
    }
  }
  const groups = [...byText.values()];
  return rng.permutation(groups.length).map((g) => groups[g]!);
}

interface Dealer {
  /** Part of each group, −1 while it is not dealt. */
  readonly partOf: Int32Array;
  /** The label with the fewest documents left, or null. */
  rarestLabel(): number | null;
  dealLabel(label: number): void;
  /** Groups without labels. */
  dealRest(): void;
}

function createDealer(groups: readonly Group[], fractions: readonly number[]): Dealer {
  const partOf = new Int32Array(groups.length).fill(-1);
  const groupsOf = listGroupsByLabel(groups);
  const sizeOf = (g: number): number => groups[g]!.documents.length;
  const left = groupsOf.map((members) => members.reduce((sum, g) => sum + sizeOf(g), 0));
  const total = groups.reduce((sum, group) => sum + group.documents.length, 0);
  // What each part still wants: of all documents, and of each label.
  const wanted = fractions.map((fraction) => fraction * total);
  const wantedOf = left.map((count) => fractions.map((fraction) => fraction * count));

  const deal = (g: number, part: number): void => {
    partOf[g] = part;
    wanted[part]! -= sizeOf(g);
    for (const label of groups[g]!.labels) {
      wantedOf[label]![part]! -= sizeOf(g);
      left[label]! -= sizeOf(g);
    }
  };
  return {
    partOf,
    rarestLabel() {
      let rarest: number | null = null;
      for (const [label, count] of left.entries()) {
        if (count > 0 && (rarest === null || count < left[rarest]!)) rarest = label;
      }
      return rarest;
    },
    dealLabel(label) {
      for (const g of groupsOf[label]!) {
        if (partOf[g] === -1) deal(g, neediest(wantedOf[label]!, wanted, fractions));
      }
    },
    dealRest() {
      for (const g of groups.keys()) if (partOf[g] === -1) deal(g, neediest(wanted, wanted, fractions));
    },
  };
}

function listGroupsByLabel(groups: readonly Group[]): number[][] {
  const groupsOf: number[][] = [];
  for (const [g, { labels }] of groups.entries()) {
    for (const label of labels) {
      while (groupsOf.length <= label) groupsOf.push([]);
      groupsOf[label]!.push(g);
    }
  }
  return groupsOf;
}

/** The part that wants most, by the second measure where the first ties; parts of no size get nothing. */
function neediest(
  wanted: readonly number[],
  wantedInAll: readonly number[],
  fractions: readonly number[],
): number {
  let best = -1;
  for (const [part, fraction] of fractions.entries()) {
    if (fraction <= 0) continue;
    const gain = best < 0 ? 1 : wanted[part]! - wanted[best]! || wantedInAll[part]! - wantedInAll[best]!;
    if (gain > 0) best = part;
  }
  return best;
}
