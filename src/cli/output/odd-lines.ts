import type { DataProblems } from '../../datasets/index.ts';
import type { Io } from './io.ts';

const SHOWN = 5;

/** Warns of lines that were left out or repaired, the first ones by name, and of documents the target could not hold as they were. */
export function reportOdd(io: Io, path: string, problems: DataProblems, changed: number): void {
  if (problems.count > 0) {
    const shown = problems.samples.slice(0, SHOWN).map(({ line, reason }) => `${path}:${line}: ${reason}`);
    const more = problems.count > SHOWN ? ' …' : '';
    io.warn(
      `${problems.count} lines with problems, ${problems.dropped} left out: ${shown.join('; ')}${more}`,
    );
  }
  if (changed > 0) io.warn(`${changed} documents could not be written exactly as they were`);
}
