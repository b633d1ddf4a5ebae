import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DataError } from '../domain/errors.ts';
import { TrialFailure } from '../domain/ports.ts';
import type { AttemptRequest } from '../protocol/index.ts';
import { readScalars } from '../testing/event-file.ts';
import { createScriptedModel } from '../testing/scripted-model.ts';
import { describeFailure, isDiskFull } from './describe-failure.ts';
import { MAX_REPORTS, ReportWriter } from './report-writer.ts';
import { runTrial } from './run-trial.ts';

const report = (step: number) => ({ step, progress: step / 10, metrics: { f1: 0.5 } });

t.test('a report after a torn line begins on a line of its own', async (t) => {
  const dir = t.testdir();
  const path = join(dir, 'report.ndjson');
  writeFileSync(path, '{"step":1,"met');
  const writer = new ReportWriter(dir);
  writer.write(report(2));
  writer.close();
  const lines = readFileSync(path, 'utf8').split('\n');
  t.equal(lines[0], '{"step":1,"met');
  t.match(JSON.parse(lines[1]!), { seq: 0, step: 2, progress: 0.2, metrics: { f1: 0.5 } });
});

t.test('a flood of reports is cut off', async (t) => {
  const dir = t.testdir();
  const writer = new ReportWriter(dir);
  for (let step = 0; step < MAX_REPORTS + 5; step++) writer.write(report(step));
  writer.close();
  t.equal(readFileSync(join(dir, 'report.ndjson'), 'utf8').split('\n').length - 1, MAX_REPORTS);
});

t.test('what a training throws becomes a kind of failure', async (t) => {
  const kindOf = (error: unknown): string => describeFailure(error).kind;
  t.equal(kindOf(new TrialFailure('bad-config', 'm')), 'bad-config');
  t.equal(kindOf(new DataError('m')), 'bad-data');
  t.equal(kindOf(Object.assign(new Error('m'), { code: 'ENOMEM' })), 'out-of-memory');
  t.equal(kindOf(new RangeError('WebAssembly.Memory(): could not allocate memory')), 'out-of-memory');
  t.equal(kindOf(new RangeError('Invalid array length')), 'out-of-memory');
  t.equal(kindOf(new RangeError('toFixed() digits argument')), 'crash');
  t.match(describeFailure('text'), { kind: 'crash', message: 'threw text' });
  t.equal(isDiskFull(Object.assign(new Error('m'), { code: 'ENOSPC' })), true);
});

const REQUEST: AttemptRequest = {
  version: 1,
  study: 'tracked',
  trial: 3,
  attempt: 0,
  token: 'a token',
  model: 'scripted',
  params: { x: 0.5 },
  settings: { reports: 2 },
  data: null,
  objectives: [{ metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null }],
  seed: 1,
  studySeed: 1,
  threads: 1,
  cacheDir: null,
  keepAbove: null,
};

t.test('the reports of a tracked model are also written for TensorBoard, of others not', async (t) => {
  for (const tracked of [true, false]) {
    const dir = join(t.testdir(), String(tracked));
    mkdirSync(dir);
    writeFileSync(join(dir, 'request.json'), JSON.stringify(REQUEST));
    const code = await runTrial(dir, {
      loadModel: async () => ({ ...createScriptedModel(), tracked }),
      openTrainingData: () => Promise.reject(new Error('there is no data')),
      openFolds: () => Promise.reject(new Error('there is no data')),
    });
    t.equal(code, 0);
    t.equal(existsSync(join(dir, 'tb')), tracked);
    if (!tracked) continue;
    const [events] = readdirSync(join(dir, 'tb')).filter((name) => name.includes('tfevents'));
    t.same(readScalars(join(dir, 'tb', events!)), [
      { tag: 'valid/f1', step: 1, value: 0.25 },
      { tag: 'valid/f1', step: 2, value: 0.5 },
    ]);
  }
});
