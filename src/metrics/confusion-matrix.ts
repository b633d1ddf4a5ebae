/**
 * How often each gold label (row) was predicted as each label (column). Pairs with an index outside the label list, such
 * as the −1 of an unknown gold label, are left out.
 */
export function confusionMatrix(
  gold: ArrayLike<number>,
  predicted: ArrayLike<number>,
  nLabels: number,
  sampleWeight?: ArrayLike<number>,
): number[][] {
  const matrix = Array.from({ length: nLabels }, () => new Array<number>(nLabels).fill(0));
  for (let i = 0; i < gold.length; i++) {
    const row = matrix[gold[i]!];
    const column = predicted[i]!;
    if (row?.[column] !== undefined) row[column]! += sampleWeight?.[i] ?? 1;
  }
  return matrix;
}
