/** The table of x in [−8, 8] has 513 entries; then exactly 0 and 1 for what is outside. */
export const SIGMOID_SLOTS = 515;

/**
 * Four tables, one after the other: sigmoids as the official program tabulates them (expf, the rest in double);
 * −log(1 − sigmoid) for one-vs-all's loss; −log(sigmoid) and −log(1 − sigmoid) as that program reports them.
 */
export function sigmoidTables(): Float32Array {
  const tables = new Float32Array(4 * SIGMOID_SLOTS);
  for (let i = 0; i <= 512; i++) {
    tables[i] = 1 / (1 + Math.fround(Math.exp(-((i * 16) / 512 - 8))));
  }
  tables[514] = 1;
  for (let i = 0; i < SIGMOID_SLOTS; i++) {
    tables[SIGMOID_SLOTS + i] = -Math.log(1 - tables[i]! + 1e-5);
    tables[2 * SIGMOID_SLOTS + i] = -tabulatedLog(tables[i]!);
    tables[3 * SIGMOID_SLOTS + i] = -tabulatedLog(Math.fround(1 - tables[i]!));
  }
  return tables;
}

/** The official program looks logarithms up in 512 steps from 0 to 1. */
function tabulatedLog(x: number): number {
  return Math.log(Math.fround((Math.floor(x * 512) + 1e-5) / 512));
}
