import { findBestTrial } from '../../domain/best-trials.ts';
import { UsageError } from '../../domain/errors.ts';
import type { Storage } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import { defineCommand } from '../command.ts';
import { withStorage } from '../compose.ts';
import { renderFacts } from '../output/facts.ts';
import type { Io } from '../output/io.ts';
import { type Listing, type RowRecord, renderListing } from '../output/listing.ts';
import { readLogTail } from '../output/log-tail.ts';
import { studyOptions } from '../output/next-command.ts';
import { plain } from '../output/plain.ts';
import { printListing, tableStyle } from '../output/print-listing.ts';
import { frontFacts, spaceListing, studyFacts, toOverviewRecord } from '../output/study-overview.ts';
import { warnOfTest } from '../output/test-facts.ts';
import { renderReport, type TrialReport, toReportRecord } from '../output/trial-report.ts';
import { findRunsDir, RUNS_DIR_OPTION } from '../runs-folder.ts';
import { tellStory } from '../statistics/story.ts';
import { TEST_OPTION, testFileOf } from '../statistics/test-file.ts';
import { scoreTestFile } from '../statistics/test-score.ts';
import { findStudy } from '../which-study.ts';
import { findTrial } from '../which-trial.ts';

const LOG_LINES = 20;

/** `hpo show`: the study; `hpo show 7`: everything that is known of trial 7. */
export default defineCommand({
  name: 'show',
  summary: 'Show a study, or all that is known of one trial',
  positionals: { number: { kind: 'integer', describe: 'number of a trial; without it the study is shown' } },
  options: {
    log: {
      kind: 'integer',
      describe: 'so many last lines of the log',
      fallback: `${LOG_LINES} of a failed trial, else 0`,
    },
    test: TEST_OPTION,
    runsDir: RUNS_DIR_OPTION,
  },
  examples: [
    'show',
    'show 7',
    'show 7 --log 100',
    'show 7 --test test.txt',
    'show 7 --study sentiment -f json',
  ],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      if (args.log !== undefined && args.log < 0) throw new UsageError('--log must not be below 0');
      const study = await findStudy(storage, args.study);
      const options = studyOptions(io, args, study.name);
      const { number, log, test, runsDir } = args;
      if (number === undefined && test !== undefined)
        throw new UsageError('--test scores one trial: hpo show NUMBER --test FILE, or hpo best --test FILE');
      if (number === undefined) await showStudy({ io, storage, study, options });
      else await showTrial({ io, storage, study, options }, number, { log, test, runsDir });
      return 0;
    }),
});

interface Scene {
  readonly io: Io;
  readonly storage: Storage;
  readonly study: Study;
  /** What leads the next command to this study. */
  readonly options: string;
}

async function showStudy({ io, storage, study, options }: Scene): Promise<void> {
  const found = (await storage.summarizeStudies()).find((candidate) => candidate.study.id === study.id)!;
  const trials = await storage.getTrials(study.id);
  const summary = { ...found, best: findBestTrial(study, trials) };
  if (wantsRecord(io)) printListing(io, recordListing(toOverviewRecord(summary, trials)));
  else {
    const style = tableStyle(io);
    io.print(io.colors.bold(`study ${plain(study.name)}`));
    io.print(renderFacts([...studyFacts(summary, trials), ...frontFacts(study, trials)], style));
    const space = spaceListing(study);
    if (space.rows.length > 0)
      io.print(`\n${renderListing(space, { format: 'table', columns: null, style })}`);
  }
  io.next(`hpo trials ${options}`);
}

interface Wanted {
  readonly log: number | undefined;
  readonly test: string | undefined;
  readonly runsDir: string | undefined;
}

async function showTrial(scene: Scene, number: number, wanted: Wanted): Promise<void> {
  const { io, study, options } = scene;
  const report = await loadReport(scene, number, wanted);
  if (report.test !== null) warnOfTest(io, report.test);
  if (wantsRecord(io)) printListing(io, recordListing(toReportRecord(report)));
  else {
    io.print(io.colors.bold(`trial ${number} of study ${plain(study.name)}`));
    io.print(renderReport(report, tableStyle(io)));
  }
  io.next(`hpo ${report.trial.state === 'complete' ? 'best' : 'trials'} ${options}`);
}

async function loadReport(
  { storage, study, options }: Scene,
  number: number,
  { log, test, runsDir }: Wanted,
): Promise<TrialReport> {
  const trials = await storage.getTrials(study.id);
  const trial = findTrial(study, trials, number, options);
  const attempts = await storage.listAttempts(trial.id);
  const last = attempts.at(-1);
  const lines = log ?? (trial.state === 'fail' ? LOG_LINES : 0);
  const complete = trial.state === 'complete' ? trial : null;
  if (complete === null && test !== undefined)
    throw new UsageError(`--test: trial ${number} is not complete, so it left no model`);
  const place = { study, storage, trials, runsDir: await findRunsDir(storage, trial, runsDir) };
  return {
    story: complete === null ? null : await tellStory(place, complete),
    test:
      complete === null || test === undefined
        ? null
        : await scoreTestFile(place, complete, testFileOf(study, test)),
    study,
    trial,
    attempts,
    reports: await storage.getMetrics(trial.id),
    log: last === undefined ? [] : await readLogTail(last.dir, lines),
  };
}

function wantsRecord(io: Io): boolean {
  return io.format !== 'table' || io.columns !== null;
}

/** CSV has one column a key; what is deeper is JSON in its cell. */
function recordListing(record: RowRecord): Listing {
  return { rows: [record], columns: Object.keys(record).map((name) => ({ name })), single: true };
}
