import t from 'tap';
import { UsageError } from '../domain/errors.ts';
import { parseArgs } from './argv.ts';
import { defineCommand } from './command.ts';

const command = defineCommand({
  name: 'try',
  summary: 'a command for this test',
  positionals: {
    number: { kind: 'integer', describe: 'a number', required: true },
    files: { kind: 'list', describe: 'files' },
  },
  options: {
    nTrials: { kind: 'integer', describe: 'trials', env: 'HPO_TEST_TRIALS' },
    train: { kind: 'string', describe: 'a file', aliases: ['train-path'] },
    trialTimeout: { kind: 'duration', describe: 'time' },
    memory: { kind: 'bytes', describe: 'bytes' },
    dedupe: { kind: 'flag', describe: 'a flag' },
    fix: { kind: 'list', describe: 'values' },
    export: { kind: 'optional', describe: 'a folder' },
    metric: { kind: 'string', describe: 'a metric', choices: ['f1', 'f0.5'] },
  },
  async run() {
    return 0;
  },
});

const parse = (line: string, env = {}): Record<string, unknown> =>
  parseArgs(command, line.split(' ').filter(Boolean), env).args;
const complaint = (line: string, env = {}): string => {
  try {
    parse(line, env);
  } catch (error) {
    if (error instanceof UsageError) return [error.message, ...error.details, error.fix].join(' | ');
    throw error;
  }
  return 'no complaint';
};

t.test('options are read by kind, wherever they stand', async (t) => {
  t.match(
    parse('--n-trials 5 7 --memory 1.5G a.txt --trial-timeout=1h30m - --no-dedupe --fix a=1 --fix b=-2'),
    {
      nTrials: 5,
      number: 7,
      memory: 1.5 * 2 ** 30,
      files: ['a.txt', '-'],
      trialTimeout: 5_400_000,
      dedupe: false,
      fix: ['a=1', 'b=-2'],
    },
  );
  t.equal(parse('7 --export')['export'], '');
  t.equal(parse('7 --export --dedupe')['export'], '');
  t.equal(parse('7 --export dir')['export'], 'dir');
  t.match(parse('7 -q -fjson'), { quiet: true, format: 'json' });
  t.equal(parse('7 --train=a=b')['train'], 'a=b');
  t.same(parse('7 -- --n-trials')['files'], ['--n-trials']);
});

t.test('underscores, unambiguous prefixes and earlier spellings name the same option', async (t) => {
  for (const spelling of ['--n-trials', '--n_trials', '--n-t', '--n_tr'])
    t.equal(parse(`7 ${spelling} 5`)['nTrials'], 5, spelling);
  t.equal(parse('7 --train_path x')['train'], 'x');
  t.equal(parse('7 --train x')['train'], 'x', 'a whole name that begins another is no prefix');
  t.match(complaint('7 --tr x'), /ambiguous.*--train, --trial-timeout/);
});

t.test('the environment gives what the command line does not', async (t) => {
  const env = { HPO_TEST_TRIALS: '9', HPO_STORAGE: 'env.db' };
  t.equal(parse('7', env)['nTrials'], 9);
  t.equal(parse('7 --n-trials 2', env)['nTrials'], 2);
  t.same(
    [...parseArgs(command, ['7', '--n-trials', '2'], env).sources],
    [
      ['storage', 'env'],
      ['nTrials', 'flag'],
    ],
  );
  t.match(
    complaint('7', { HPO_TEST_TRIALS: 'x' }),
    /HPO_TEST_TRIALS must be a whole number of at most 16 digits, not "x"/,
  );
});

t.test('each mistake is named with its option', async (t) => {
  t.match(complaint('7 --ntrials 5'), /unknown option --ntrials .*did you mean --n-trials\?/);
  t.match(complaint('7 --n-trials 5 --n_trials 6'), /given twice/);
  t.match(complaint('7 --n-trials 5.5'), /whole number/);
  t.match(complaint('7 --n-trials'), /needs a value/);
  t.match(complaint('7 --n-trials --dedupe'), /needs a value/);
  t.match(complaint('7 --memory lots'), /no size/);
  t.match(complaint('7 --trial-timeout soon'), /no duration/);
  t.match(complaint('7 --metric f11'), /"f11" is not known.*known: f1, f0.5.*did you mean f1\?/);
  t.match(complaint('7 --dedupe=perhaps'), /true or false/);
  t.match(complaint('7 -x'), /unknown option -x/);
  t.match(complaint('7 --__proto__ x'), /unknown option/);
  t.match(complaint(''), /needs a number/);
  t.match(complaint('seven'), /number must be a whole number/);
});
