import t from 'tap';
import { UsageError } from '../../domain/errors.ts';
import type { LabelSummary } from '../../domain/objective.ts';
import type { DataRef, StudyData } from '../../domain/study.ts';
import type { Config } from '../config/config.ts';
import { toRunOptions } from './check-run.ts';
import { commandFor, quoteWord, resumeCommand } from './command-line.ts';
import { checkFixed } from './fixed-params.ts';
import { chooseGoals, programGoals } from './objective.ts';
import { findDataChanges, stemOf } from './study-data.ts';

const chooseObjective = (config: Config, labels: LabelSummary) => chooseGoals(config, labels).objectives[0]!;

const spam: LabelSummary = { counts: { ham: 80, spam: 20 }, documents: 100, multiLabel: false };
const topics: LabelSummary = { counts: { a: 9, b: 8, c: 7 }, documents: 20, multiLabel: true };

t.test('the objective is what was asked for, completed by the data', async (t) => {
  t.match(chooseObjective({}, spam), { metric: 'f0.5', average: 'binary', positiveLabel: 'spam' });
  t.match(chooseObjective({ metric: ['F1'], average: 'macro' }, spam), {
    metric: 'f1',
    average: 'macro',
    positiveLabel: null,
  });
  t.match(chooseObjective({ positiveLabel: 'ham' }, spam), { average: 'binary', positiveLabel: 'ham' });
  t.match(chooseObjective({ metric: ['accuracy'] }, topics), { metric: 'accuracy', average: 'micro' });
  t.match(chooseObjective({ positiveLabel: 'b' }, topics), { average: 'binary', positiveLabel: 'b' });
});

t.test('an objective that cannot be measured is refused with what could', async (t) => {
  const complaint = (config: Config, labels: LabelSummary): string => {
    try {
      chooseObjective(config, labels);
    } catch (error) {
      if (error instanceof UsageError) return [error.message, ...error.details, error.fix].join(' | ');
    }
    return 'no complaint';
  };
  t.match(complaint({ positiveLabel: 'spma' }, spam), /no label "spma".*ham, spam.*did you mean spam\?/);
  t.match(complaint({ average: 'binary' }, topics), /needs the label that counts.*a, b, c/);
  t.match(complaint({ metric: ['acuracy'] }, spam), /no trial reports.*did you mean accuracy\?/);
  t.match(
    complaint({ metric: ['mcc'] }, topics),
    /no trial reports/,
    'undefined with several labels a document',
  );
  t.match(complaint({ metric: ['f 1'] }, spam), /no metric name/);
});

t.test('several metrics are objectives of their own, judged by the same labels', async (t) => {
  const goals = chooseGoals({ metric: ['F0.5', 'modelBytes', 'recall:minimize'] }, spam);
  t.match(goals.objectives, [
    { metric: 'f0.5', direction: 'maximize', average: 'binary', positiveLabel: 'spam' },
    { metric: 'modelBytes', direction: 'minimize', average: 'binary', positiveLabel: 'spam' },
    { metric: 'recall', direction: 'minimize' },
  ]);
  t.notOk(Object.hasOwn(goals, 'pruneBy') || Object.hasOwn(goals, 'constraints'));
  t.throws(() => chooseGoals({ metric: ['f1', 'F1'] }, spam), /names "f1" twice/);
  t.throws(() => chooseGoals({ metric: ['f1', 'mcc'], direction: 'maximize' }, spam), {
    message: /One direction cannot stand for several/,
    fix: 'say it with the metric: --metric f1:maximize',
  });
});

t.test('a study of costs alone is pruned and tuned by a score', async (t) => {
  const constraints = ['latencyMs <= 2', 'f1 >= 0.8'];
  t.match(chooseGoals({ metric: ['modelBytes'], constraints }, spam), {
    objectives: [{ metric: 'modelBytes', direction: 'minimize' }],
    constraints: [
      { metric: 'latencyMs', relation: '<=', bound: 2 },
      { metric: 'f1', relation: '>=', bound: 0.8 },
    ],
    pruneBy: { metric: 'f1', direction: 'maximize' },
  });
  t.match(chooseGoals({ metric: ['latencyMs'] }, spam).pruneBy, { metric: 'f0.5' });
  t.match(chooseGoals({ metric: ['f1'], pruneBy: 'loss' }, spam).pruneBy, { direction: 'minimize' });
});

t.test('constraints and the metric to prune by must be measured as well', async (t) => {
  t.throws(() => chooseGoals({ constraints: ['modelByte <= 5'] }, spam), {
    message: /no trial reports a metric "modelByte"/,
    fix: 'did you mean modelBytes?',
  });
  t.throws(() => chooseGoals({ metric: ['loss'] }, spam), /no trial reports a metric "loss"/);
  t.match(chooseGoals({ metric: ['loss'] }, spam, ['loss']).objectives, [
    { metric: 'loss', direction: 'minimize' },
  ]);
  t.throws(() => chooseGoals({ pruneBy: 'modelBytes' }, spam), /while it trains, no trial reports/);
});

t.test("a program's own metrics need a direction each", async (t) => {
  t.match(programGoals({ metric: ['score:maximize', 'watts:minimize', 'f1'] }).objectives, [
    { metric: 'score', direction: 'maximize' },
    { metric: 'watts', direction: 'minimize' },
    { metric: 'f1', direction: 'maximize' },
  ]);
  t.throws(() => programGoals({ metric: ['f1', 'watts'] }), {
    message: /is "watts" better/,
    fix: 'watts:maximize or watts:minimize',
  });
  t.throws(() => programGoals({ metric: ['watts'] }), {
    message: /is "watts" better/,
    fix: '--maximize or --minimize',
  });
  t.match(programGoals({ metric: ['watts'], direction: 'minimize', constraints: ['heat <= 3'] }), {
    constraints: [{ metric: 'heat' }],
  });
});

const ref = (sha256: string, path = '/d/train.txt'): DataRef => ({
  path,
  sha256,
  format: 'csv',
  options: {},
});
const data = (change: Partial<StudyData> = {}): StudyData => ({
  train: ref('a'.repeat(64)),
  valid: null,
  test: null,
  validFraction: 0.2,
  dedupe: true,
  ...change,
});

t.test('data changes when its bytes or its reading do, not when it moves', async (t) => {
  t.same(findDataChanges(data(), data({ train: ref('a'.repeat(64), '/elsewhere/t.txt') })), []);
  t.same(findDataChanges(data(), data({ test: ref('c') })), [], 'no trial saw the test set');
  t.match(findDataChanges(data(), data({ train: ref('b'.repeat(64)) })), [/training data: .*aaaa….*bbbb…/]);
  t.match(findDataChanges(data(), data({ validFraction: 0.3 })), [/held-out part: 0.2, now 0.3/]);
  t.match(findDataChanges(data(), data({ dedupe: false })), [/dedupe: true, now false/]);
  t.match(findDataChanges(data(), data({ valid: ref('b') })), [/a held-out part, now/]);
  t.match(findDataChanges(data({ valid: ref('b') }), data()), [/now a held-out part/]);
  const otherwise = { ...ref('a'.repeat(64)), options: { textColumn: 2 } };
  t.match(findDataChanges(data(), data({ train: otherwise })), [/read otherwise.*"textColumn":2/]);
});

t.test('a study is named after the stem of its file', async (t) => {
  t.equal(stemOf('/x/train.txt'), 'train');
  t.equal(stemOf('x/reviews.v2.csv.gz'), 'reviews.v2');
  t.equal(stemOf('.hidden'), '.hidden');
  t.equal(stemOf('-'), 'stdin');
});

t.test('numbers out of range are named by where they came from', async (t) => {
  const run = (config: Config) => toRunOptions({ config, sources: new Map([['jobs', 'HPO_JOBS']]) });
  t.throws(() => run({ jobs: 0 }), { message: 'HPO_JOBS: jobs must be at least 1, not 0' });
  t.throws(() => run({ retries: -1 }), UsageError);
  t.equal(run({}).nTrials, 50, 'without any limit');
  t.equal(run({ timeoutMs: 1000 }).nTrials, null);
  t.equal(run({ totalTrials: 7 }).nTrials, null);
  t.match(run({ jobs: 3, gpus: ['0'], memoryBytes: 2 ** 30 }), {
    jobs: 3,
    gpus: ['0'],
    memoryLimitBytes: 2 ** 30,
  });
});

t.test('a fixed value lies in the space', async (t) => {
  const space = {
    lr: { type: 'float', low: 0.1, high: 1 },
    loss: { type: 'categorical', choices: ['a'] },
  } as const;
  const fix = (fixed: Record<string, number | string>) => checkFixed(fixed, space, (name) => `--fix ${name}`);
  t.same(fix({ lr: 0.5 }), { lr: 0.5 });
  t.throws(() => fix({ lr: 2 }), {
    message: 'lr = 2 is outside its range (--fix lr)',
    details: ['lr: float from 0.1 to 1'],
  });
  t.throws(() => fix({ loss: 'b' }), { message: /loss = "b" is outside/ });
  t.throws(() => fix({ lrr: 2 }), { message: /no parameter "lrr"/ });
});

t.test('the next command can be pasted into a shell', async (t) => {
  t.equal(quoteWord("it's"), `'it'\\''s'`);
  t.equal(commandFor('best', 'a b', { storage: undefined }), "hpo best --study 'a b'");
  const sources = new Map([
    ['jobs', '--jobs'],
    ['threads', 'default'],
    ['trialTimeoutMs', '--trial-timeout'],
    ['memoryBytes', '--memory'],
  ]);
  const config = { jobs: 2, threads: 1, trialTimeoutMs: 90_000, memoryBytes: 4096 };
  t.equal(
    resumeCommand('s', { storage: 'sqlite:x.db' }, { config, sources }, 12),
    'hpo optimize --study s --storage sqlite:x.db --n-trials 12 --jobs 2 --trial-timeout 90s --memory 4096',
  );
  const total = { config: { totalTrials: 50 }, sources: new Map([['totalTrials', '--total-trials']]) };
  t.equal(
    resumeCommand('s', { storage: undefined }, total, null),
    'hpo optimize --study s --total-trials 50',
  );
});
