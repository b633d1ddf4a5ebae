import { z } from 'zod';
import { AVERAGES, DIRECTIONS } from '../../domain/objective.ts';

/** The shape of a study file (`studies/*.yaml`). `studies/study.schema.json` is made from it, for editors. */

const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()], {
  error: 'must be a number, text, true, false or null',
});
const json = z.json();
const count = z.int().min(1);
const column = z.union([z.string(), z.int().min(0)], { error: 'must be a name or a number' });
const duration = z
  .union([z.string(), z.number().positive()], { error: 'must be a duration such as 90s or 2h' })
  .describe('90s, 20m, 2h; a bare number counts seconds');

const condition = z.record(
  z.string(),
  z.union([z.array(scalar), z.strictObject({ min: z.number().optional(), max: z.number().optional() })], {
    error: 'must be a list of values, or a mapping with min and max',
  }),
);

const choice = z.union([z.string().min(1), z.object({ name: z.string().min(1) }).catchall(json)], {
  error: 'must be a name, or a mapping with name and its options',
});

const parameter = z.union(
  [
    z.array(scalar).min(1).describe('one of these'),
    z.strictObject({
      type: z.enum(['float', 'int', 'categorical']).optional(),
      low: z.number().optional(),
      high: z.number().optional(),
      log: z.boolean().optional(),
      step: z.number().positive().optional(),
      choices: z.array(scalar).min(1).optional(),
      when: z
        .union([condition, z.array(condition)], { error: 'must be a condition or a list of them' })
        .optional(),
    }),
  ],
  { error: 'must be a list of choices, or a mapping with type, low, high, log, step, choices, when' },
);

/** Parameters by name: what is left out stays as the model has it. Also the shape of a `--space` file. */
export const spaceSchema = z.record(z.string(), parameter);

const data = z.strictObject({
  train: z.string().min(1).optional().describe('path, from the folder in which hpo runs'),
  valid: z.string().min(1).optional(),
  test: z.string().min(1).optional(),
  format: z.string().optional().describe('fasttext, csv, tsv or jsonl; default: by name and content'),
  textColumn: column.optional(),
  labelColumn: column.optional(),
  labelSeparator: z.string().optional(),
  delimiter: z.string().optional(),
  header: z.boolean().optional(),
  labelPrefix: z.string().optional(),
  validFraction: z.number().gt(0).lt(1).optional().describe('part held out without a validation file'),
  dedupe: z.boolean().optional().describe('drop training texts that validation or test has too'),
});

const objective = z.strictObject({
  metric: z.string().min(1).optional().describe('f0.5, f1, f2, precision, recall, accuracy, mcc …'),
  direction: z.enum(DIRECTIONS).optional().describe('default: as is usual for the metric'),
  average: z.enum(AVERAGES).optional(),
  positiveLabel: z.string().optional().describe('the label that counts when the average is binary'),
});

const evaluation = z.strictObject({
  folds: z
    .int()
    .min(0)
    .optional()
    .describe('score each trial by cross-validation over so many folds; 0: one validation set'),
});

const objectives = z
  .array(
    z.union(
      [
        z.string().min(1),
        z.strictObject({ metric: z.string().min(1), direction: z.enum(DIRECTIONS).optional() }),
      ],
      {
        error: 'must be a metric, or a mapping with metric and direction',
      },
    ),
  )
  .min(1);

const run = z.strictObject({
  nTrials: count.optional().describe('this many more trials'),
  totalTrials: count.optional().describe('until the study has so many'),
  timeout: duration.optional(),
  trialTimeout: duration.optional(),
  memory: z
    .union([z.string(), z.int().positive()], { error: 'must be a size such as 512M or 4G' })
    .optional()
    .describe('512M, 4G; a bare number counts bytes'),
  jobs: count.optional().describe('trials at the same time'),
  gpus: z.array(z.union([z.string(), z.int().min(0)])).optional(),
  maxFailures: count.optional(),
  retries: z.int().min(0).optional(),
  runsDir: z.string().min(1).optional(),
  keepModels: z.int().min(1).optional(),
  confirm: z
    .int()
    .min(0)
    .optional()
    .describe('at the end score so many leaders again, and pick the best mean; 0: none'),
  threads: count.optional(),
  launcher: z.enum(['process', 'slurm']).optional().describe('where trials run'),
});

const slurmText = z
  .union([z.string().min(1), z.int().positive()], { error: 'must be a text or a number' })
  .optional();

const slurm = z.strictObject({
  workers: count.optional().describe('jobs that run trials, each one after another'),
  partition: z.string().min(1).optional(),
  account: z.string().min(1).optional(),
  qos: z.string().min(1).optional(),
  time: slurmText.describe("time limit of a job, as Slurm writes it: '4:00:00'; a number counts minutes"),
  memory: slurmText.describe('memory of a job: 8G; a number counts megabytes'),
  cpus: count.optional().describe('processors of a job'),
  gres: z.string().min(1).optional().describe('devices of a job: gpu:1'),
  constraint: z.string().min(1).optional().describe('features that a node must have: a100'),
  prologue: z
    .string()
    .min(1)
    .optional()
    .describe('a shell file that a job reads first: modules, a container'),
  script: z.string().min(1).optional().describe("your own sbatch file in place of hpo's"),
  idle: duration.optional().describe('a worker without work ends after so long'),
});

export const studyFileSchema = z.strictObject({
  study: z.string().min(1).optional().describe('name of the study'),
  model: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
      error: 'must be a name or a list of names',
    })
    .optional()
    .describe('what is trained; a list: several models, searched together'),
  data: data.optional(),
  objective: objective.optional(),
  evaluation: evaluation.optional().describe('how a trial is scored'),
  objectives: objectives.optional().describe('several metrics: the best trade-offs are searched for'),
  constraints: z
    .array(z.string().min(1))
    .optional()
    .describe("what a model must keep, such as 'modelBytes <= 5MB'"),
  pruneBy: z.string().min(1).optional().describe('the metric that trials are pruned by'),
  sampler: choice.optional().describe('how the next trial is chosen'),
  pruner: choice.optional().describe('which trials are stopped early'),
  seed: z.int().optional().describe('same seed, same search'),
  warmStart: z.string().min(1).optional().describe('another study whose best configurations are tried first'),
  space: spaceSchema.optional().describe("narrows or replaces parameters of the model's search space"),
  fix: z.record(z.string(), scalar).optional().describe('parameters that are not searched'),
  settings: z.record(z.string(), json).optional().describe('further settings of the model'),
  run: run.optional().describe('how the search runs'),
  slurm: slurm.optional().describe('what jobs of a cluster are asked for, with launcher: slurm'),
});

export type StudyFile = z.infer<typeof studyFileSchema>;

/** The schema for editors, as it stands in studies/study.schema.json. */
export function studyFileJsonSchema(): object {
  return {
    title: 'hpo study file',
    ...z.toJSONSchema(studyFileSchema, { io: 'input' }),
  };
}
