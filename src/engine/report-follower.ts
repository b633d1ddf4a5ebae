import { reportedObjective } from '../domain/objective.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { type ReportLine, ReportReader } from '../protocol/index.ts';
import type { AskedTrial } from './ask.ts';
import type { Tally } from './budget.ts';
import { viewForPruner } from './pruning-view.ts';
import { emit, type Search } from './search.ts';

type PrunerView = ReturnType<typeof viewForPruner>;

/** A trial that reports faster than this is judged by peers that are so much older. */
const OTHERS_MAX_AGE_MS = 250;
const OFFSET_INTERVAL_MS = 1000;
/** What comes after so many reports of one attempt is not read: a flood must fill neither the database nor our time. */
export const MAX_REPORTS = 10_000;

/** What following a report file has come to. */
export interface Followed {
  /** The step after which the pruner said stop; reports beyond it are not looked at. */
  readonly prunedAt: number | null;
  /** The attempt is no longer the trial's: somebody else has ended or restarted it. */
  readonly fenced: boolean;
  /** Complete lines that were no reports. */
  readonly badLines: number;
  /** Lines beyond the reports that are kept. */
  readonly skippedLines: number;
  /** What nobody could read as fast as it was written. */
  readonly droppedBytes: number;
  /** Whether there is more to be read at once. */
  readonly more: boolean;
}

/** Between two looks at everything else, so much is read at most: 4 MiB. */
const CHUNKS_A_LOOK = 64;

/**
 * Carries an attempt's reports into the storage and asks the pruner after each, in order. Owns the open file. The decision depends on the
 * reports, not on how fast they are read, so the same seed prunes the same trials on any machine.
 */
export class ReportFollower {
  readonly #search: Search;
  readonly #trial: AskedTrial;
  readonly #attempt: { readonly dir: string; readonly token: string; readonly attempt: number };
  readonly #startedAt = Date.now();
  readonly #values: Map<number, number>;
  readonly #reader: ReportReader;
  #offset: number;
  #offsetKeptAt = performance.now();
  #badLines = 0;
  #taken: number;
  #others: { readonly view: PrunerView; readonly tally: Tally; readonly readAt: number } | null = null;
  #skippedLines = 0;
  #droppedBytes = 0;
  #prunedAt: number | null = null;
  #fenced = false;

  constructor(
    search: Search,
    trial: AskedTrial,
    attempt: { readonly dir: string; readonly token: string; readonly attempt: number },
    from: { readonly offset: number; readonly values: ReadonlyMap<number, number> },
  ) {
    this.#search = search;
    this.#trial = trial;
    this.#attempt = attempt;
    this.#offset = from.offset;
    this.#reader = new ReportReader(attempt.dir, from.offset);
    this.#values = new Map(from.values);
    this.#taken = this.#values.size;
  }

  /** Reads what is new. */
  async follow(): Promise<Followed> {
    let more = false;
    for (let chunk = 0; chunk < CHUNKS_A_LOOK && this.#isOpen(); chunk++) {
      if (this.#taken >= MAX_REPORTS) {
        more = await this.#skip();
        break;
      }
      const batch = await this.#reader.read();
      this.#badLines += batch.badLines;
      const reports = batch.reports.slice(0, MAX_REPORTS - this.#taken);
      if (reports.length > 0) await this.#take(reports);
      this.#taken += reports.length;
      this.#skippedLines += batch.reports.length - reports.length;
      this.#offset = batch.offset;
      if (batch.reports.length > 0) await this.#keepOffset();
      more = batch.more;
      if (!more) break;
    }
    await this.#cut();
    return {
      prunedAt: this.#prunedAt,
      fenced: this.#fenced,
      badLines: this.#badLines,
      skippedLines: this.#skippedLines,
      droppedBytes: this.#droppedBytes,
      more: more && this.#isOpen(),
    };
  }

  #isOpen(): boolean {
    return this.#prunedAt === null && !this.#fenced;
  }

  async #skip(): Promise<boolean> {
    const { lines, more } = await this.#reader.skip();
    this.#skippedLines += lines;
    return more;
  }

  /** The disk must not fill up either. An engine that dies in between reads again from the offset that is stored: harmless. */
  async #cut(): Promise<void> {
    const unread = await this.#reader.cut().catch(() => null);
    if (unread === null) return;
    this.#droppedBytes += unread;
    this.#offset = 0;
    this.#offsetKeptAt = Number.NEGATIVE_INFINITY;
    await this.#keepOffset();
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #take(reports: readonly ReportLine[]): Promise<void> {
    const { parts, study } = this.#search;
    const { metric } = reportedObjective(study.spec);
    const view = await this.#viewOthers();
    const stored = [];
    for (const { step, progress, metrics } of reports) {
      const value = metrics[metric] ?? Number.NaN;
      stored.push({ step, value, metrics });
      this.#values.set(step, value);
      emit(this.#search, { type: 'report', number: this.#trial.number, step, progress, value, metrics });
      if (parts.pruner.prune(view.study, this.#snapshot(), view.history)) {
        this.#prunedAt = step;
        break;
      }
    }
    this.#fenced = !(await parts.storage.recordReports(this.#trial.id, this.#attempt.token, stored));
  }

  /** The other trials as the pruner sees them; always with those that this engine has ended. */
  async #viewOthers(): Promise<PrunerView> {
    const { study, tally, lookUp } = this.#search;
    const now = performance.now();
    if (this.#others?.tally === tally && now - this.#others.readAt < OTHERS_MAX_AGE_MS)
      return this.#others.view;
    const view = viewForPruner(study, (await lookUp()).listOthers(this.#trial.number));
    this.#others = { view, tally, readAt: now };
    return view;
  }

  /** The trial as the pruner sees it. */
  #snapshot(): FrozenTrial {
    const { id, number, params } = this.#trial;
    return {
      id,
      number,
      params,
      distributions: {},
      intermediateValues: this.#values,
      userAttrs: {},
      systemAttrs: {},
      state: 'running',
      startedAt: this.#startedAt,
    };
  }

  /** Where another engine would read on. Reports are idempotent, so it may lag behind: a write a second is enough. */
  async #keepOffset(): Promise<void> {
    const now = performance.now();
    if (now - this.#offsetKeptAt < OFFSET_INTERVAL_MS) return;
    this.#offsetKeptAt = now;
    const patch = { reportOffset: this.#offset };
    await this.#search.parts.storage.updateAttempt(this.#trial.id, this.#attempt.attempt, patch);
  }
}
