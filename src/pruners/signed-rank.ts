/**
 * Wilcoxon's signed-rank test, one-sided and exact: the chance of a sum of positive ranks at least as large as observed if
 * the signs were coin tosses. Equal sizes share their mean rank; zeros keep their ranks, half on each side (Pratt, split).
 *
 * F. Wilcoxon: Individual comparisons by ranking methods. Biometrics Bulletin 1 (1945).
 *
 * @param differences n finite or infinite numbers; NaN is not allowed
 * @returns P(W⁺ ≥ observed), 1 for an empty list
 */
export function signedRankTest(differences: readonly number[]): number {
  const ranks = doubledRanks(differences.map(Math.abs));
  let observed = 0;
  const tossed: number[] = [];
  differences.forEach((difference, i) => {
    if (difference > 0) observed += ranks[i]!;
    if (difference !== 0) tossed.push(ranks[i]!);
  });
  const total = tossed.reduce((a, b) => a + b, 0);
  // chances[w]: the probability that the doubled ranks on the positive side add up to w.
  const chances = new Float64Array(total + 1);
  chances[0] = 1;
  let reached = 0;
  for (const rank of tossed) {
    reached += rank;
    for (let w = reached; w >= 0; w--)
      chances[w] = 0.5 * (chances[w]! + (w >= rank ? chances[w - rank]! : 0));
  }
  return Math.min(
    1,
    chances.subarray(observed).reduce((a, b) => a + b, 0),
  );
}

/** Twice the rank of each size, so that shared ranks stay whole. */
function doubledRanks(sizes: readonly number[]): number[] {
  return sizes.map((size) => {
    const below = sizes.filter((other) => other < size).length;
    const equal = sizes.filter((other) => other === size).length;
    return 2 * below + equal + 1;
  });
}
