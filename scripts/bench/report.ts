/** One measured line of a benchmark: ours against a peer in the same run. */
export interface BenchCase {
  readonly case: string;
  readonly ours: number;
  /** Null where the peer is not installed. */
  readonly peer: number | null;
  readonly unit: string;
  readonly ratio: number | null;
  /** As text: `<= 0.45`. */
  readonly target: string;
  /** Null where it cannot be judged: no peer, or a figure that is only shown. */
  readonly ok: boolean | null;
}

/** Prints a table, or JSON with `-f json`; a missed target sets exit code 1. */
export function printBench(cases: readonly BenchCase[], argv: readonly string[]): void {
  if (wantsJson(argv)) process.stdout.write(`${JSON.stringify(cases)}\n`);
  else {
    for (const { case: name, ours, peer, unit, ratio, target, ok } of cases) {
      const verdict = ok === null ? '  ' : ok ? 'ok' : 'MISSED';
      const against = peer === null ? 'no peer' : `peer ${show(peer)}`;
      console.log(
        `${verdict.padEnd(7)}${name}: ${show(ours)} ${unit}, ${against}${ratio === null ? '' : `, ratio ${show(ratio)}`} (target ${target})`,
      );
    }
  }
  if (cases.some(({ ok }) => ok === false)) process.exitCode = 1;
}

/** The middle value; the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (arg, i) =>
      arg === '-fjson' ||
      arg === '--format=json' ||
      ((arg === '-f' || arg === '--format') && argv[i + 1] === 'json'),
  );
}

const show = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
