import { UsageError } from '../../domain/errors.ts';
import { reportedObjective } from '../../domain/objective.ts';
import type { Storage } from '../../domain/ports.ts';
import type { BoundStudy } from '../../domain/study.ts';
import type { FrozenTrial, TrialOutcome } from '../../domain/trial.ts';
import { type ArgsOf, defineCommand, type GlobalArgs, type Options } from '../command.ts';
import { reportOwnTrial, tellOwnTrial, withStorage } from '../compose.ts';
import { parseAssignments } from '../config/assignments.ts';
import { requireSpace } from '../operations/own-trial.ts';
import type { RowRecord } from '../output/listing.ts';
import { studyOptions } from '../output/next-command.ts';
import { printListing } from '../output/print-listing.ts';
import { findStudy } from '../which-study.ts';
import { findTrial } from '../which-trial.ts';

const options = {
  token: { kind: 'string', describe: 'what hpo ask printed with the trial' },
  values: { kind: 'list', describe: 'the value, or one an objective: 0.9 or 0.9,12' },
  state: {
    kind: 'string',
    describe: 'how it ended',
    choices: ['complete', 'pruned', 'fail'],
    fallback: 'complete',
  },
  step: { kind: 'integer', describe: 'the value is an intermediate one; prints whether to stop' },
  metric: { kind: 'list', describe: 'a further metric: f1=0.8' },
  message: { kind: 'string', describe: 'why it failed' },
  force: { kind: 'flag', describe: 'with --state fail: end a trial whose token is lost' },
} as const satisfies Options;
type TellArgs = GlobalArgs & ArgsOf<typeof options> & { readonly number: number };

/** `hpo tell`: how a trial of `hpo ask` goes on, or how it ended. */
export default defineCommand({
  name: 'tell',
  summary: 'Say how a trial of hpo ask ended',
  positionals: { number: { kind: 'integer', describe: 'number of the trial', required: true } },
  options,
  examples: [
    'tell 3 --token TOKEN --values 0.91',
    'tell 3 --token TOKEN --step 2 --values 0.7',
    'tell 3 --token TOKEN --state fail --message "no licence"',
  ],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const found = await findStudy(storage, args.study);
      const next = studyOptions(io, args, found.name);
      const study = requireSpace(found, next);
      const trial = findTrial(study, await storage.getTrials(study.id), args.number, next);
      const token = args.token ?? (await findLostToken(storage, trial, args, next));
      const row = { number: trial.number, ...(await act({ storage, study, token }, args)) };
      const columns = Object.keys(row).map((name) => ({ name }));
      printListing(io, { rows: [row], columns, single: true });
      io.next(
        args.step === undefined ? `hpo ask ${next}` : `hpo tell ${trial.number} ${next} --token ${token} …`,
      );
      return 0;
    }),
});

interface Scene {
  readonly storage: Storage;
  readonly study: BoundStudy;
  readonly token: string;
}

async function act({ storage, study, token }: Scene, args: TellArgs): Promise<RowRecord> {
  const { number } = args;
  if (args.step !== undefined) {
    const [value, ...others] = parseValues(args);
    if (value === undefined || others.length > 0 || args.state !== undefined)
      throw new UsageError('--step needs one value and no --state', { fix: '--step 2 --values 0.7' });
    const metrics = { ...parseMetrics(args.metric), [reportedObjective(study.spec).metric]: value };
    return {
      step: args.step,
      prune: await reportOwnTrial(study, storage, { number, token }, { step: args.step, metrics }),
    };
  }
  const outcome = outcomeOf(study, args);
  if (await tellOwnTrial(study, storage, { number, token }, outcome)) return { state: outcome.state };
  throw new UsageError(`trial ${number} had ended, or the token is not its own; nothing was changed`, {
    details: ['the result is kept as an event'],
    fix: `hpo show ${number}`,
  });
}

function outcomeOf({ spec, directions }: BoundStudy, args: TellArgs): TrialOutcome {
  const values = parseValues(args);
  const state = args.state ?? 'complete';
  if (state === 'fail')
    return { state, failure: { kind: 'crash', message: args.message ?? 'told by hpo tell --state fail' } };
  if (state === 'pruned') return { state, step: 0 };
  if (values.length !== directions.length)
    throw new UsageError(`--values needs ${directions.length} numbers, not ${values.length}`, {
      fix: `--values ${directions.map(() => '0.9').join(',')}`,
    });
  const named = Object.fromEntries(spec.objectives.map(({ metric }, i) => [metric, values[i]!]));
  return {
    state: 'complete',
    values,
    metrics: { ...parseMetrics(args.metric), ...named },
    artifact: null,
    details: {},
  };
}

function parseValues({ values = [] }: TellArgs): number[] {
  return values.flatMap((text) => text.split(',')).map((text) => parseNumber(text.trim(), '--values'));
}

/** As Python and shells write them: `inf` and `nan` too. */
function parseNumber(text: string, option: string): number {
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  const value = word === null ? Number(text === '' ? Number.NaN : text) : wordValue(word[1]!, word[2]!);
  if (word === null && Number.isNaN(value)) throw new UsageError(`${option} "${text}" is no number`);
  return value;
}

function wordValue(sign: string, word: string): number {
  if (word.toLowerCase() === 'nan') return Number.NaN;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function parseMetrics(texts: readonly string[] = []): Record<string, number> {
  return Object.fromEntries(
    Object.entries(parseAssignments(texts, '--metric')).map(([name, value]) => [
      name,
      parseNumber(String(value), `--metric ${name}`),
    ]),
  );
}

async function findLostToken(
  storage: Storage,
  trial: FrozenTrial,
  { force, state }: TellArgs,
  next: string,
): Promise<string> {
  const last = (await storage.listAttempts(trial.id)).at(-1);
  if (force && state === 'fail' && last?.launcher === 'ask') return last.token;
  const isLost = last?.launcher === 'ask';
  throw new UsageError(`trial ${trial.number}: --token is missing`, {
    details: [isLost ? 'hpo ask printed it with the trial' : 'the trial was not given by hpo ask'],
    ...(isLost ? { fix: `if it is lost: hpo tell ${trial.number} ${next} --state fail --force` } : {}),
  });
}
