import { UsageError } from '../../domain/errors.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { defineCommand } from '../command.ts';
import { openStorageIfAny, planWorkers } from '../compose.ts';
import { JOB_OPTIONS } from '../config/cluster-options.ts';
import { RUN_OPTIONS, STUDY_OPTIONS } from '../config/study-options.ts';
import { printListing } from '../output/print-listing.ts';
import { toRunOptions } from '../search/check-run.ts';
import { checkJobs } from '../search/cluster.ts';
import { lookUpStudy } from '../search/open-study.ts';

/** `hpo slurm script`: what `hpo optimize --launcher slurm` would submit, for whoever runs the cluster to look at. */
export default defineCommand({
  name: 'slurm script',
  summary: 'Print the sbatch script and the command that a search would submit',
  positionals: {},
  options: {
    studyFile: STUDY_OPTIONS.studyFile,
    ...JOB_OPTIONS,
    runsDir: RUN_OPTIONS.runsDir,
  },
  examples: [
    'slurm script --study sentiment --workers 8 --partition gpu',
    'slurm script --study-file studies/bert.yaml > worker.sbatch',
  ],
  async run(args, io) {
    const storage = await openStorageIfAny(args, io.warn);
    try {
      const atHand = await lookUpStudy(storage, args, io);
      const { study, name } = atHand;
      if (study === null)
        throw new UsageError(`there is no study "${name}" yet: its folder is part of the command`, {
          fix: 'make it first: hpo create-study --study NAME …',
        });
      const plan = await planWorkers({
        ...checkJobs(atHand),
        runsDir: toRunOptions(atHand).runsDir,
        studyUuid: study.uuid,
        studyName: study.name,
        takeOver: false,
      });
      if (io.format === 'table') io.print(asScript(plan));
      else printListing(io, { rows: [{ ...plan }], columns: [{ name: 'path' }], single: true });
      return 0;
    } finally {
      await storage?.close();
    }
  },
});

/** An option is left as it is where its value needs no quotes. */
function asWord(word: string): string {
  const [, option, value] = /^(--?[\w-]*=?)(.*)$/s.exec(word) ?? [];
  if (option === undefined) return shellWord(word);
  return value === '' ? option : `${option}${shellWord(value!)}`;
}

/** Still a script, so that it may be kept and changed: the command stands in comments at its end. */
function asScript({ path, script, command }: Awaited<ReturnType<typeof planWorkers>>): string {
  return [
    script.trimEnd(),
    '',
    `# ${path.replace(/\p{Cc}/gu, '?')}, submitted with this (the job's name is another one each time):`,
    `#   ${command.map(asWord).join(' ')}`,
    '# A changed copy is used in its place with: hpo optimize --launcher slurm --job-script FILE',
  ].join('\n');
}
