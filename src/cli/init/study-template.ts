import { stringify } from 'yaml';

export interface TemplateOptions {
  readonly model: string;
  readonly study: string;
  /** Paths as typed; null: left to be filled in. */
  readonly train: string | null;
  readonly valid: string | null;
  readonly test: string | null;
}

/** A study file with everything that one may want to change, as comments where it is not set. */
export function studyTemplate({ model, study, train, valid, test }: TemplateOptions): string {
  return `# yaml-language-server: $schema=./study.schema.json
# A search, as a file. Options on the command line win; everything here may be left out.
# \`hpo optimize --print-config --study-file …\` shows what holds, and where each value comes from.

study: ${scalar(study)}
model: ${scalar(model)}

data:                             # paths are seen from the folder in which hpo runs
${dataLine('train', train, 'my/train.txt')}
${dataLine('valid', valid, 'my/valid.txt')}${valid === null ? '   # without it, validFraction of the training data is held out' : ''}
${dataLine('test', test, 'my/test.txt')}
  # format: csv                   # fasttext, csv, tsv, jsonl; default: by name and content
  # textColumn: text              # for csv, tsv and jsonl: a name, or a number from 1
  # labelColumn: label
  # labelSeparator: ","           # several labels in one cell
  # validFraction: 0.2

# objective:                      # default: chosen by the data (hpo dataset inspect FILE shows it)
#   metric: f0.5                  # f0.5, f1, f2, precision, recall, accuracy, mcc
#   average: macro                # binary, micro, macro, weighted, samples
#   positiveLabel: complaint      # for binary

# objectives: [f0.5, modelBytes]  # several: the best trade-offs, see docs/multi-objective.md
# constraints: [modelBytes <= 5MB, latencyMs <= 2ms]
# pruneBy: f0.5                   # default: the first objective that trials report while training

sampler: auto                     # or with options: { name: tpe, nStartupTrials: 10 }
pruner: rising
seed: 42

# space:                          # narrows the model's own space; what is not named stays as it is
#   lr: { low: 0.1, high: 1 }
#   wordNgrams: { high: 3 }
#   loss: [softmax]

# fix: { dim: 100 }               # not searched

run:
  nTrials: 50                     # this many more, each time
  # jobs: 2                       # trials at the same time
  # timeout: 2h
  # trialTimeout: 10m
  # memory: 4G
`;
}

function dataLine(name: string, path: string | null, example: string): string {
  return path === null ? `  # ${name}: ${example}` : `  ${name}: ${scalar(path)}`;
}

/** Quoted where YAML needs it. */
function scalar(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
