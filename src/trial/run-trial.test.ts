import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DataError } from '../domain/errors.ts';
import { TrialFailure } from '../domain/ports.ts';
import { describeFailure, isDiskFull } from './describe-failure.ts';
import { MAX_REPORTS, ReportWriter } from './report-writer.ts';

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
