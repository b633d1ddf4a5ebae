import { UsageError } from '../../domain/errors.ts';
import { AVERAGES, type Objective, parseMetric } from '../../domain/objective.ts';
import type { StudySpec } from '../../domain/study.ts';
import { defineCommand, type GlobalArgs } from '../command.ts';
import { checkChoices, openStorage, openStorageIfAny } from '../compose.ts';
import type { Config } from '../config/config.ts';
import { STUDY_OPTIONS } from '../config/study-options.ts';
import { plain } from '../output/plain.ts';
import { printListing } from '../output/print-listing.ts';
import { commandFor } from '../search/command-line.ts';
import { DEFAULT_METRIC, DEFAULTS, readSettingFiles, resolveSettings } from '../search/layers.ts';
import { applyBinding, type Binding, listGiven, nameFor, prepareBinding } from '../search/open-study.ts';

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
      const binding = isComplete(config)
        ? await prepareBinding({ ...resolved, name, study: null, trials: [] }, io, { allowDataChange: false })
        : openBinding(name, config);
      storage ??= await openStorage(args, { create: true, warn: io.warn });
      await applyBinding(storage, binding);
    } finally {
      await storage?.close();
    }
    if (io.format === 'table') io.print(plain(name));
    else printListing(io, { rows: [{ name }], columns: [{ name: 'name' }], single: true });
    io.next(
      `${commandFor('optimize', name, args)} --n-trials 50${isComplete(config) ? '' : ' --model fasttext --train T --valid V'}`,
    );
    return 0;
  },
});

function isComplete({ model, train }: Config): boolean {
  return model !== undefined && train !== undefined;
}

function alreadyThere(name: string, args: GlobalArgs): UsageError {
  return new UsageError(`there is a study "${name}" already`, {
    fix: `--study ANOTHER or --skip-if-exists; to go on with it: ${commandFor('optimize', name, args)}`,
  });
}

/** A study that waits for its model or data: everything that needs them is decided by the first optimize. */
function openBinding(name: string, config: Config): Binding<StudySpec> {
  if (config.space !== undefined || config.train !== undefined)
    throw new UsageError('a study without a model and its training data keeps neither --space nor data', {
      fix: 'give --model and --train too, or give these to hpo optimize',
    });
  const choices = { sampler: config.sampler ?? DEFAULTS.sampler, pruner: config.pruner ?? DEFAULTS.pruner };
  checkChoices(choices);
  const objective: Objective = {
    ...parseMetric(config.metric ?? DEFAULT_METRIC),
    average: AVERAGES.find((average) => average === config.average) ?? 'macro',
    positiveLabel: config.positiveLabel ?? null,
  };
  const spec: StudySpec = {
    ...choices,
    model: config.model ?? null,
    space: {},
    fixed: config.fix ?? {},
    objectives: [objective],
    seed: config.seed ?? DEFAULTS.seed,
    data: null,
    context: null,
    settings: config.set ?? {},
  };
  return { name, study: null, spec, dataChanges: [], given: listGiven(config) };
}
