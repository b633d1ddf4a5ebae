import { UsageError } from '../../domain/errors.ts';
import type { Direction } from '../../domain/objective.ts';
import { OWN_MODEL, type StudySpec } from '../../domain/study.ts';
import { defineCommand, type GlobalArgs } from '../command.ts';
import { checkChoices, openStorage, openStorageIfAny } from '../compose.ts';
import type { Config, Resolved } from '../config/config.ts';
import { wholeSpace } from '../config/space-patch.ts';
import { STUDY_OPTIONS } from '../config/study-options.ts';
import { plain } from '../output/plain.ts';
import { printListing } from '../output/print-listing.ts';
import { placeOf, readFolds } from '../search/bind-spec.ts';
import { commandFor } from '../search/command-line.ts';
import { checkFixed } from '../search/fixed-params.ts';
import { DEFAULTS, readSettingFiles, resolveSettings } from '../search/layers.ts';
import { repeatGoals } from '../search/objective.ts';
import { applyBinding, type Binding, listGiven, nameFor, prepareBinding } from '../search/open-study.ts';
import { checkWarmStart, warmStart } from '../search/warm-start.ts';

export default defineCommand({
  name: 'create-study',
  summary: 'Make a study; without a model the first optimize decides what is searched',
  positionals: {},
  options: {
    ...STUDY_OPTIONS,
    skipIfExists: { kind: 'flag', describe: 'a study of that name is no error', group: 'Study:' },
  },
  examples: [
    'create-study --study sentiment --model fasttext --train train.txt --valid valid.txt',
    'create-study --file studies/fasttext.yaml',
    'create-study --study kettle --space space.yaml --metric loss',
  ],
  async run(args, io) {
    const files = await readSettingFiles(args);
    const resolved = resolveSettings(args, io, files, null);
    const { config } = resolved;
    const name = args.study ?? files.study?.values.study ?? nameFor(config);
    let storage = await openStorageIfAny(args, io.warn);
    try {
      const studies = (await storage?.listStudies()) ?? [];
      if (studies.some((study) => study.name === name)) {
        if (!args.skipIfExists) throw alreadyThere(name, args);
        io.note(`study ${plain(name)} is there already`);
        return 0;
      }
      if (config.warmStart !== undefined && !isComplete(config) && config.space === undefined)
        throw noSpaceYet();
      const source = config.warmStart;
      if (source !== undefined)
        await checkWarmStart(storage, { study: null, trials: [] }, { source, args, io });
      const binding = isComplete(config)
        ? await prepareBinding({ ...resolved, name, study: null, trials: [] }, io, { allowDataChange: false })
        : openBinding({ ...resolved, name }, config.direction);
      storage ??= await openStorage(args, { create: true, warn: io.warn });
      const { spec, ...study } = await applyBinding(storage, binding);
      if (source !== undefined) {
        const bound = { ...study, spec: { ...spec, model: spec.model ?? '' } };
        await warmStart(storage, bound, { source, args, io });
      }
    } finally {
      await storage?.close();
    }
    if (io.format === 'table') io.print(plain(name));
    else printListing(io, { rows: [{ name }], columns: [{ name: 'name' }], single: true });
    io.next(nextCommand(name, config, args));
    return 0;
  },
});

/** A program of one's own needs no data, but is known by its command. */
function isComplete({ model, train, set }: Config): boolean {
  return model !== undefined && (train !== undefined || set?.['command'] !== undefined);
}

function noSpaceYet(): UsageError {
  return new UsageError('--warm-start needs a search space, which this study has not yet', {
    fix: 'give --model and --train too, or --warm-start to hpo optimize',
  });
}

function alreadyThere(name: string, args: GlobalArgs): UsageError {
  return new UsageError(`there is a study "${name}" already`, {
    fix: `--study ANOTHER or --skip-if-exists; to go on with it: ${commandFor('optimize', name, args)}`,
  });
}

function nextCommand(name: string, config: Config, args: GlobalArgs): string {
  if (config.model === undefined && config.space !== undefined) return commandFor('ask', name, args);
  const rest = isComplete(config) ? '' : ' --model fasttext --train T --valid V';
  return `${commandFor('optimize', name, args)} --n-trials 50${rest}`;
}

/**
 * A study that waits for its model or data: everything that needs them is decided by the first optimize. With a space
 * and no model it waits for nothing: its trials are run by a program of the caller's own.
 */
function openBinding(
  request: Resolved & { readonly name: string },
  direction: Direction | undefined,
): Binding<StudySpec> {
  const { name, config } = request;
  const isOwn = config.space !== undefined && config.model === undefined && config.train === undefined;
  if (!isOwn) refuseHalf(config, direction);
  const choices = { sampler: config.sampler ?? DEFAULTS.sampler, pruner: config.pruner ?? DEFAULTS.pruner };
  checkChoices(choices);
  // What the data would decide is decided later; until then the usual stands in.
  const goals = repeatGoals({
    ...config,
    average: config.average ?? (config.positiveLabel ? 'binary' : 'macro'),
  });
  const space = isOwn ? wholeSpace(config.space, placeOf(request, 'space')) : {};
  const spec: StudySpec = {
    ...choices,
    model: isOwn ? OWN_MODEL : (config.model ?? null),
    space,
    fixed: isOwn ? checkFixed(config.fix ?? {}, space, placeOf(request, 'fix')) : (config.fix ?? {}),
    ...goals,
    seed: config.seed ?? DEFAULTS.seed,
    data: null,
    ...(isOwn ? {} : readFolds(request)),
    context: null,
    settings: config.set ?? {},
  };
  return {
    name,
    study: null,
    spec,
    dataChanges: [],
    spaceChanges: [],
    copyTo: null,
    given: listGiven(config),
  };
}

function refuseHalf(config: Config, direction: Direction | undefined): void {
  if (direction !== undefined)
    throw new UsageError('--direction is for a study with --space and no model', { fix: 'leave it out' });
  if (config.space === undefined && config.train === undefined) return;
  throw new UsageError('a study without a model and its training data keeps neither --space nor data', {
    fix: 'give --model and --train too, or give these to hpo optimize',
  });
}
