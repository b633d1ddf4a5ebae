import type { Storage } from '../../domain/ports.ts';
import type { BoundStudy } from '../../domain/study.ts';
import type { FrozenTrial } from '../../domain/trial.ts';
import { type ArgsOf, defineCommand, type GlobalArgs } from '../command.ts';
import { openStorage, openStorageIfAny, runSearch } from '../compose.ts';
import { CLUSTER_OPTIONS } from '../config/cluster-options.ts';
import { RUN_OPTIONS, STUDY_OPTIONS } from '../config/study-options.ts';
import type { Io } from '../output/io.ts';
import { openSearchView } from '../output/live/search-view.ts';
import { plain } from '../output/plain.ts';
import { checkConfirm } from '../search/check-confirm.ts';
import { type RunOptions, toRunOptions } from '../search/check-run.ts';
import { chooseLauncher, clusterJobs } from '../search/cluster.ts';
import { clusterWords } from '../search/cluster-words.ts';
import { commandFor, resumeCommand } from '../search/command-line.ts';
import { copyStudy } from '../search/copy-study.ts';
import { startState } from '../search/live-state.ts';
import {
  applyBinding,
  type Binding,
  lookUpStudy,
  prepareBinding,
  type StudyAtHand,
} from '../search/open-study.ts';
import { printConfig } from '../search/print-config.ts';
import { watchSignals } from '../search/signals.ts';
import { printSummary } from '../search/summary.ts';
import { checkWarmStart, warmStart } from '../search/warm-start.ts';

const options = {
  ...STUDY_OPTIONS,
  ...RUN_OPTIONS,
  ...CLUSTER_OPTIONS,
  copyTo: {
    kind: 'string',
    describe: 'go on in a copy of this name: then choices and types of parameters may change too',
    group: 'Study:',
  },
} as const;
type OptimizeArgs = GlobalArgs & ArgsOf<typeof options>;

export default defineCommand({
  name: 'optimize',
  summary: 'Search for the best hyperparameters; go on with a study that is there',
  positionals: {},
  options,
  examples: [
    'optimize --n-trials 50 --model fasttext --train train.txt --valid valid.txt',
    'optimize --total-trials 200 --jobs 4 --timeout 2h',
    'optimize --study-file studies/fasttext.yaml --fix dim=100 --print-config',
  ],
  async run(args, io) {
    let storage = await openStorageIfAny(args, io.warn);
    try {
      const atHand = await lookUpStudy(storage, args, io);
      const local = toRunOptions(atHand);
      const run = { ...local, jobs: clusterJobs(atHand.config) ?? local.jobs };
      if (args.printConfig) {
        printConfig(io, atHand, run);
        return 0;
      }
      const { allowDataChange = false, copyTo = null } = args;
      const source = atHand.config.warmStart;
      if (source !== undefined) await checkWarmStart(storage, atHand, { source, args, io });
      const binding = await prepareBinding(atHand, io, { allowDataChange, copyTo });
      await checkConfirm(binding.spec, run.confirm);
      storage ??= await openStorage(args, { create: true, warn: io.warn });
      const study = await (copyTo === null
        ? applyBinding(storage, binding)
        : copyBound(storage, binding, io));
      if (source !== undefined) await warmStart(storage, study, { source, args, io });
      return await search({ args, io, storage, study, atHand, run });
    } finally {
      await storage?.close();
    }
  },
});

/** The study at hand stays as it is; the search goes on in its copy. */
async function copyBound(storage: Storage, { study, spec, copyTo }: Binding, io: Io): Promise<BoundStudy> {
  const { study: copy, copied, left } = await copyStudy(storage, study!, { name: copyTo!, spec });
  const lost = left === 0 ? '' : `; ${left} have no place in it`;
  io.note(`study ${plain(copy.name)}: a copy with ${copied} trials of ${plain(study!.name)}${lost}`);
  return copy;
}

interface Search {
  readonly args: OptimizeArgs;
  readonly io: Io;
  readonly storage: NonNullable<Awaited<ReturnType<typeof openStorageIfAny>>>;
  readonly study: BoundStudy;
  readonly atHand: StudyAtHand;
  readonly run: RunOptions;
}

async function search({ args, io, storage, study, atHand, run }: Search): Promise<number> {
  const view = openSearchView(io, startState(study, atHand.trials, run));
  // On a cluster the trials need no terminal; on this machine they go with it.
  const signals = watchSignals(
    (phase) => view.setPhase(phase),
    atHand.config.launcher === 'slurm' ? ['SIGHUP'] : [],
  );
  const { drain, stop, leave } = signals;
  try {
    const launcher = chooseLauncher(atHand, {
      study,
      runsDir: run.runsDir,
      takeOver: args.takeOver ?? false,
    });
    const options = { ...run, drain, stop, leave, onEvent: view.onEvent };
    const summary = await runSearch(study, storage, options, launcher);
    view.close();
    printSummary(io, study, summary);
    if (summary.reason === 'exhausted') io.note('every combination of the search space has been tried');
    const interrupted = ['drained', 'stopped', 'left'].includes(summary.reason);
    if (interrupted) {
      const left =
        run.nTrials === null ? null : Math.max(run.confirm > 0 ? 0 : 1, run.nTrials - summary.nTrials);
      io.next([resumeCommand(study.name, args, atHand, left), ...clusterWords(args, io.sources)].join(' '));
    } else io.next(nextCommand(args, study, summary.best));
    return interrupted ? (signals.exitCode() ?? 0) : 0;
  } finally {
    view.close();
    signals.close();
  }
}

function nextCommand(args: OptimizeArgs, study: BoundStudy, best: FrozenTrial | null): string {
  if (best === null) return commandFor('trials', study.name, args);
  // Which model of a front is wanted, a person decides after a look at it.
  const isFront = study.directions.length > 1;
  return commandFor('best', study.name, args) + (isFront ? '' : ' --export');
}
