import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { Params } from '../../domain/distribution.ts';
import { StopRequested, type TrainReport } from '../../domain/ports.ts';
import { createRng } from '../../domain/random.ts';
import type { TrainTask } from '../../testing/train-main.ts';
import { handleOf, makeContext } from '../../testing/training-fixtures.ts';
import { model } from './index.ts';

const rng = createRng(11, 0, 'resume');
const WORDS = { day: 'sun light morning noon'.split(' '), night: 'moon dark star owl'.split(' ') };
const documents = Array.from({ length: 160 }, (_, i) => {
  const label = i % 5 === 0 ? ('night' as const) : ('day' as const);
  const length = 2 + rng.integer(12);
  const words = Array.from({ length }, () =>
    rng.uniform() < 0.6 ? WORDS[label][rng.integer(4)]! : `w${rng.integer(60)}`,
  );
  return { text: words.join(' '), labels: [label] };
});
const [train, valid] = [documents.slice(0, 120), documents.slice(120)];
const data = { train: handleOf(train), valid: handleOf(valid) };

/** Everything that has a state: two stages, dropout, sparse word vectors, decay, two layers. */
const PARAMS: Params = {
  embeddingDim: 12,
  hiddenSize: 10,
  layers: 2,
  batchSize: 16,
  epochs: 4,
  dropout: 0.3,
  wordDropout: 0.1,
  twoStage: true,
  stage1Epochs: 3,
  stage1Ratio: 1,
  stage2Rate: 0.5,
  weightDecay: 0.1,
};
const settings = { checkpointSeconds: 0 };

/** Without what depends on the machine's speed. */
function comparable(reports: readonly TrainReport[]) {
  return reports.map(({ metrics: { examplesPerSecond: _, ...metrics }, ...rest }) => ({ ...rest, metrics }));
}

async function trainHere(checkpointDir: string | null, stopAfter = Number.POSITIVE_INFINITY) {
  const reports: TrainReport[] = [];
  const stop = new AbortController();
  const context = makeContext({
    settings,
    checkpointDir,
    signal: stop.signal,
    report: (report) => {
      reports.push(report);
      if (reports.length === stopAfter) stop.abort(new StopRequested(null));
    },
  });
  const trained = await model.train(PARAMS, data, context);
  return { trained, reports };
}

async function bytesOf(t: Test, trained: Awaited<ReturnType<typeof trainHere>>['trained']): Promise<Buffer> {
  const dir = t.testdir();
  const { path } = await trained.save(dir);
  return readFileSync(join(dir, path));
}

t.test('a training that is stopped from outside goes on as if it had never been', async (t) => {
  const whole = await trainHere(null);
  const dir = join(t.testdir(), 'checkpoint');
  await t.rejects(trainHere(dir, 3), StopRequested);
  await t.rejects(trainHere(dir, 2), StopRequested);
  const rest = await trainHere(dir);
  t.equal(rest.reports.length, whole.reports.length - 5);
  t.same(comparable(rest.reports), comparable(whole.reports.slice(5)));
  t.ok((await bytesOf(t, rest.trained)).equals(await bytesOf(t, whole.trained)), 'bit for bit');
});

t.test('a training whose process is killed again and again is the same training', async (t) => {
  const whole = await trainHere(null);
  const dir = t.testdir();
  const checkpoints = join(dir, 'checkpoint');
  const task: TrainTask = {
    model: 'lstm',
    params: PARAMS as TrainTask['params'],
    settings,
    train,
    valid,
    checkpointDir: checkpoints,
    modelDir: join(dir, 'model'),
  };
  const path = join(dir, 'task.json');
  writeFileSync(path, JSON.stringify(task));
  const chance = createRng(Date.now(), 0);
  const lines: string[] = [];
  for (const reports of [1, 3]) {
    const run = await runAndKill(path, reports, 30 * chance.uniform());
    t.equal(run.killed, true);
    lines.push(...run.lines);
    // What a death in the middle of writing leaves.
    mkdirSync(checkpoints, { recursive: true });
    writeFileSync(join(checkpoints, 'training-1-1.bin.tmp'), 'half');
  }
  const last = await runAndKill(path, Number.POSITIVE_INFINITY, 0);
  t.equal(last.killed, false);
  lines.push(...last.lines);
  const reports = lines.map((line) => JSON.parse(line) as TrainReport);
  // A report may be told twice: after it the process died before its checkpoint.
  const byStep = new Map(comparable(reports).map((report) => [report.step, report]));
  t.same([...byStep.values()], JSON.parse(JSON.stringify(comparable(whole.reports))));
  const [onnx] = readdirSync(task.modelDir).filter((name) => name.endsWith('.onnx'));
  t.ok(readFileSync(join(task.modelDir, onnx!)).equals(await bytesOf(t, whole.trained)), 'bit for bit');
});

/** Kills the training some milliseconds after so many reports. */
async function runAndKill(task: string, reports: number, afterMs: number) {
  const entry = fileURLToPath(new URL('../../testing/train-main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '-C', 'hpo-source', entry, task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let killed = false;
  const linesOf = (): string[] =>
    output
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('report '))
      .map((line) => line.slice('report '.length));
  child.stdout.on('data', async (chunk) => {
    output += chunk;
    if (killed || linesOf().length < reports) return;
    killed = true;
    await sleep(afterMs);
    child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.on('close', resolve));
  return { killed, lines: linesOf() };
}

t.test('a checkpoint of another training, or a damaged one, is not gone on from', async (t) => {
  const dir = t.testdir();
  const own = join(dir, 'own');
  await t.rejects(trainHere(own, 3), StopRequested);
  const [state] = readdirSync(own).filter((name) => name.startsWith('training-'));
  const damaged = join(dir, 'damaged');
  cpSync(own, damaged, { recursive: true });
  const bytes = readFileSync(join(damaged, state!));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(join(damaged, state!), bytes);
  t.equal((await trainHere(damaged)).reports[0]!.step, 1, 'damaged');
  const reports: TrainReport[] = [];
  const report = (one: TrainReport) => reports.push(one);
  await model.train({ ...PARAMS, lr: 1e-3 }, data, makeContext({ settings, checkpointDir: own, report }));
  t.equal(reports[0]!.step, 1, 'of another learning rate');
});
