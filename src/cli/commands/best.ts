import { relative } from 'node:path';
import { type Confirmation, findConfirmation } from '../../domain/confirmation.ts';
import type { Storage } from '../../domain/ports.ts';
import { shellWord } from '../../domain/shell-word.ts';
import type { Study } from '../../domain/study.ts';
import { type Artifact, type CompleteTrial, type FrozenTrial, metricsOf } from '../../domain/trial.ts';
import { chooseTrial, describeChoice, type TrialChoice } from '../choose-trial.ts';
import { defineCommand } from '../command.ts';
import { exportBest, loadModel, withStorage } from '../compose.ts';
import { confirmationLines, describePick } from '../output/confirmation-text.ts';
import { toConfirmationRecord } from '../output/event-record.ts';
import { type Fact, renderFacts } from '../output/facts.ts';
import type { Io } from '../output/io.ts';
import type { RowRecord } from '../output/listing.ts';
import { studyOptions } from '../output/next-command.ts';
import { plain } from '../output/plain.ts';
import { printListing, tableStyle } from '../output/print-listing.ts';
import { formatBytes } from '../output/readable.ts';
import { storyFacts } from '../output/story-facts.ts';
import { testFacts, toTestRecord, warnOfTest } from '../output/test-facts.ts';
import { mainMetrics, trialFacts } from '../output/trial-facts.ts';
import { trialListing } from '../output/trial-listing.ts';
import { toTrialRecord } from '../output/trial-record.ts';
import { printFront } from '../print-front.ts';
import { findRunsDir, RUNS_DIR_OPTION } from '../runs-folder.ts';
import { type Story, tellStory, toStoryRecord } from '../statistics/story.ts';
import { TEST_OPTION, testFileOf } from '../statistics/test-file.ts';
import { scoreTestFile, type TestScore } from '../statistics/test-score.ts';
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
      const options = studyOptions(io, args, study.name);
      const dir = args.export === '' ? defaultFolder(study) : args.export;
      const isNamed = args.trial !== undefined || args.pick !== undefined;
      const isFrontWanted = study.directions.length > 1 && dir === undefined && args.test === undefined;
      if (isFrontWanted && !isNamed) {
        await printFront(io, { storage, study, trials, options });
        return 0;
      }
      const trial = chooseTrial(study, trials, args, options);
      if (study.directions.length > 1 && !isNamed) io.note(describeChoice(study, trials, trial));
      const confirmation = args.confirm === false ? null : findConfirmation(study, trials);
      const force = args.force ?? false;
      const runsDir = await findRunsDir(storage, trial, args.runsDir);
      const artifact =
        dir === undefined
          ? null
          : (await exportBest(study, storage, { dir, force, trial, runsDir })).artifact;
      const scene = { study, storage, trials, runsDir };
      const story = await tellStory(scene, trial);
      const test =
        args.test === undefined ? null : await scoreTestFile(scene, trial, testFileOf(study, args.test));
      if (test !== null) warnOfTest(io, test);
      await print(io, { storage, study, trial, trials, artifact, confirmation, story, test });
      if (dir === undefined) io.next(`hpo best ${options}${sameChoice(args)} --export`);
      else if (await canPredict(study))
        io.next(`hpo predict --model ${shellWord(dir)} --input ${inputOf(study)} --output predictions.csv`);
      return 0;
    }),
});

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

interface Shown {
  readonly storage: Storage;
  readonly study: Study;
  readonly trial: CompleteTrial;
  readonly trials: readonly FrozenTrial[];
  readonly artifact: Artifact | null;
  readonly confirmation: Confirmation | null;
  readonly story: Story;
  readonly test: TestScore | null;
}

async function print(io: Io, shown: Shown): Promise<void> {
  const { storage, study, trial, trials, artifact, confirmation, story, test } = shown;
  const record: RowRecord = {
    ...toTrialRecord(trial, await storage.listAttempts(trial.id)),
    ...(artifact === null ? {} : { artifact: { ...artifact } }),
    ...(confirmation === null ? {} : { confirmation: toConfirmationRecord(confirmation) }),
    statistics: toStoryRecord(story),
    ...(test !== null && { test: toTestRecord(test) }),
  };
  if (io.format !== 'table' || io.columns !== null) {
    printListing(io, { ...trialListing(study, [record], { best: [], ascii: io.ascii }), single: true });
    return;
  }
  const title = `trial ${trial.number} of ${trials.length} in ${plain(study.name)}`;
  io.print(io.colors.bold(title));
  const model =
    artifact && `${plain(shortPath(artifact.path))}  ${artifact.format}  ${formatBytes(artifact.bytes)}`;
  io.print(
    renderFacts(
      [
        ...trialFacts(study, trial, mainMetrics(metricsOf(trial))),
        ...confirmationFacts(trial, confirmation),
        ...storyFacts(story),
        ['model', model ?? ''],
      ],
      tableStyle(io),
    ),
  );
  const objective = study.spec?.objectives[0];
  if (test !== null && objective !== undefined)
    io.print(`\n${renderFacts(testFacts(test, objective), tableStyle(io))}`);
}

/** Said of the picked trial alone: another one was asked for. */
function confirmationFacts({ number }: CompleteTrial, confirmation: Confirmation | null): Fact[] {
  if (confirmation?.picked !== number) return [];
  return [
    ['confirmed', describePick(confirmation)],
    ...confirmationLines(confirmation).map((line): Fact => ['', line]),
  ];
}

/** As seen from here, where it lies below. */
function shortPath(path: string): string {
  const seen = relative('', path);
  return seen.startsWith('..') ? path : seen;
}

/** Below `exports/`, whatever the study is called: a name never leads out of that folder. */
function defaultFolder(study: Study): string {
  const safe = study.name.replace(/[^\p{L}\p{N}_.-]+/gu, '-').replace(/^[.-]+|[.-]+$/g, '');
  return `exports/${safe || study.uuid}`;
}
