import { findConfirmation } from '../../domain/confirmation.ts';
import { shellWord } from '../../domain/shell-word.ts';
import type { Study } from '../../domain/study.ts';
import { chooseTrial, describeChoice, type TrialChoice } from '../choose-trial.ts';
import { defineCommand } from '../command.ts';
import { exportBest, loadModel, withStorage } from '../compose.ts';
import { type BestReport, renderBest, toBestRecord } from '../output/best-report.ts';
import type { Io } from '../output/io.ts';
import { studyOptions } from '../output/next-command.ts';
import { plain } from '../output/plain.ts';
import { printListing, tableStyle } from '../output/print-listing.ts';
import { warnOfTest } from '../output/test-facts.ts';
import { trialListing } from '../output/trial-listing.ts';
import { printFront, type StudyScene } from '../print-front.ts';
import { findRunsDir, RUNS_DIR_OPTION } from '../runs-folder.ts';
import { tellStory } from '../statistics/story.ts';
import { TEST_OPTION, testFileOf } from '../statistics/test-file.ts';
import { scoreTestFile } from '../statistics/test-score.ts';
import { findStudy } from '../which-study.ts';

/** `hpo best`: the best complete trial; `--export` hands over its own model. Never trains. */
export default defineCommand({
  name: 'best',
  summary: 'Show the best trial; --export writes its model',
  positionals: {},
  options: {
    export: { kind: 'optional', describe: 'write the model into this folder', fallback: 'exports/STUDY' },
    runsDir: RUNS_DIR_OPTION,
    test: TEST_OPTION,
    force: { kind: 'flag', describe: 'replace what the folder holds' },
    trial: { kind: 'integer', describe: 'this trial instead of the best' },
    pick: { kind: 'string', describe: 'of several objectives, the trial that is best by this one' },
    confirm: {
      kind: 'flag',
      describe: 'the trial that optimize --confirm picked (--no-confirm: the best by validation score)',
      fallback: 'true',
    },
  },
  examples: [
    'best',
    'best --export',
    'best --study sentiment --export model --force',
    'best --pick modelBytes --export',
    'best --test test.txt',
    'best -f json',
  ],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const study = await findStudy(storage, args.study);
      const trials = await storage.getTrials(study.id);
      const scene = { io, storage, study, trials, options: studyOptions(io, args, study.name) };
      const isNamed = args.trial !== undefined || args.pick !== undefined;
      const isFront = study.directions.length > 1 && !isNamed;
      if (isFront && args.export === undefined && args.test === undefined) await printFront(scene);
      else await showBest(scene, args, isFront);
      return 0;
    }),
});

interface Wanted extends TrialChoice {
  readonly export?: string | undefined;
  readonly force?: boolean | undefined;
  readonly test?: string | undefined;
  readonly runsDir?: string | undefined;
}

async function showBest(scene: StudyScene, wanted: Wanted, isFront: boolean): Promise<void> {
  const { io, storage, study, trials, options } = scene;
  const trial = chooseTrial(study, trials, wanted, options);
  if (isFront) io.note(describeChoice(study, trials, trial));
  const runsDir = await findRunsDir(storage, trial, wanted.runsDir);
  const dir = wanted.export === '' ? defaultFolder(study) : wanted.export;
  const place = { study, storage, trials, runsDir };
  const { force = false, test } = wanted;
  const report: BestReport = {
    study,
    trial,
    nTrials: trials.length,
    attempts: await storage.listAttempts(trial.id),
    artifact:
      dir === undefined ? null : (await exportBest(study, storage, { dir, force, trial, runsDir })).artifact,
    confirmation: wanted.confirm === false ? null : findConfirmation(study, trials),
    story: await tellStory(place, trial),
    test: test === undefined ? null : await scoreTestFile(place, trial, testFileOf(study, test)),
  };
  if (report.test !== null) warnOfTest(io, report.test);
  printBest(io, report);
  if (dir === undefined) io.next(`hpo best ${options}${sameChoice(wanted)} --export`);
  else if (await canPredict(study))
    io.next(`hpo predict --model ${shellWord(dir)} --input ${inputOf(study)} --output predictions.csv`);
}

function printBest(io: Io, report: BestReport): void {
  if (io.format === 'table' && io.columns === null) {
    const { study, trial, nTrials } = report;
    io.print(io.colors.bold(`trial ${trial.number} of ${nTrials} in ${plain(study.name)}`));
    io.print(renderBest(report, tableStyle(io)));
  } else {
    const listing = trialListing(report.study, [toBestRecord(report)], { best: [], ascii: io.ascii });
    printListing(io, { ...listing, single: true });
  }
}

async function canPredict({ spec }: Study): Promise<boolean> {
  return spec?.model != null && (await loadModel(spec.model)).checkProgram === undefined;
}

/** The study's test file, if it has one. */
function inputOf({ spec }: Study): string {
  return spec?.data?.test ? shellWord(spec.data.test.path) : 'FILE';
}

/** The options that lead to the same trial again. */
function sameChoice({ trial, pick, confirm }: TrialChoice): string {
  if (trial !== undefined) return ` --trial ${trial}`;
  if (pick !== undefined) return ` --pick ${shellWord(pick)}`;
  return confirm === false ? ' --no-confirm' : '';
}

/** Below `exports/`, whatever the study is called: a name never leads out of that folder. */
function defaultFolder(study: Study): string {
  const safe = study.name.replace(/[^\p{L}\p{N}_.-]+/gu, '-').replace(/^[.-]+|[.-]+$/g, '');
  return `exports/${safe || study.uuid}`;
}
