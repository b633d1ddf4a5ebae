import { isBetter } from '../../domain/objective.ts';
import type { TrainingContext } from '../../domain/ports.ts';
import type { Failure, Metrics } from '../../domain/trial.ts';
import { type ProgramFinal, type ProgramLine, parseProgramLine } from '../../protocol/index.ts';
import type { Found } from './metric-pattern.ts';
import type { FinalFrom } from './settings.ts';

/** Further ones are read, for the final value, but not passed on: the engine must stay able to follow. */
const MAX_PASSED_ON = 10_000;
/** On stdout and stderr, lines of the protocol begin like this. */
const PREFIX = '::hpo ';
const STEP_GROUPS = ['step', 'epoch'];

/** What a program has said so far. */
export class ProgramReports {
  readonly #context: Pick<TrainingContext, 'objective' | 'report'>;
  /** The latest value of each metric that patterns found. */
  #found: Record<string, number> = {};
  #foundStep: number | null = null;
  #lastStep = -1;
  #count = 0;
  #best: Metrics | null = null;
  #last: Metrics | null = null;
  #final: ProgramFinal | null = null;
  #failure: Failure | null = null;
  #badLines = 0;

  constructor(context: Pick<TrainingContext, 'objective' | 'report'>) {
    this.#context = context;
  }

  get final(): ProgramFinal | null {
    return this.#final;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  get reports(): number {
    return this.#count;
  }

  /** Lines that were meant as records and are none, or whose step fell. */
  get badLines(): number {
    return this.#badLines;
  }

  /** A line of the report file. */
  takeRecord(text: string): void {
    if (text.trim() === '') return;
    const line = parseProgramLine(text);
    if (line === null) this.#badLines++;
    else this.#take(line);
  }

  /** A line of output. @returns whether it spoke the protocol */
  takeOutput(text: string): boolean {
    if (!text.startsWith(PREFIX)) return false;
    this.takeRecord(text.slice(PREFIX.length));
    return true;
  }

  /** What patterns found in a line: a report once the objective's metric is among it. */
  takeFound(found: Found): void {
    for (const [name, text] of Object.entries(found)) {
      const value = parseNumber(text);
      if (value === null) this.#badLines++;
      else if (STEP_GROUPS.includes(name)) this.#foundStep = Math.max(0, Math.round(value)) || 0;
      else this.#found[name] = value;
    }
    if (!Object.hasOwn(found, this.#context.objective.metric)) return;
    this.#take({ type: 'report', step: this.#foundStep, progress: null, metrics: { ...this.#found } });
    this.#foundStep = null;
  }

  /** The metrics of a program that named none as final. */
  standIn(finalFrom: FinalFrom): Metrics | null {
    switch (finalFrom) {
      case 'best':
        return this.#best;
      case 'last':
        // What patterns found after the last report belongs to it.
        return this.#last && { ...this.#last, ...this.#found };
    }
  }

  #take(line: ProgramLine): void {
    switch (line.type) {
      case 'report':
        this.#takeReport(line);
        return;
      case 'final':
        this.#final = line;
        return;
      case 'failure':
        this.#failure = line.failure;
        return;
    }
  }

  #takeReport({ step: given, progress, metrics }: Extract<ProgramLine, { type: 'report' }>): void {
    const { objective, report } = this.#context;
    const step = given ?? Math.max(this.#lastStep, 0) + 1;
    const value = metrics[objective.metric];
    if (step < this.#lastStep) {
      this.#badLines++;
      return;
    }
    this.#lastStep = step;
    if (value !== undefined) {
      this.#last = metrics;
      const isFirst = this.#best === null;
      if (isFirst || isBetter(objective.direction, value, this.#best![objective.metric]!))
        this.#best = metrics;
    }
    if (this.#count++ < MAX_PASSED_ON) report({ step, progress, metrics });
  }
}

/** Null for what is no number. */
function parseNumber(text: string): number | null {
  const word = text.trim().toLowerCase();
  if (/^[+-]?nan$/.test(word)) return Number.NaN;
  const infinity = /^([+-]?)inf(inity)?$/.exec(word);
  if (infinity) return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(word);
  return word === '' || Number.isNaN(value) ? null : value;
}
