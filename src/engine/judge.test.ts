import t from 'tap';
import type { Objective } from '../domain/objective.ts';
import type { AttemptExit, AttemptResult } from '../protocol/index.ts';
import { type AttemptEnd, judge } from './judge.ts';

const f1: Objective = { metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null };
const token = 'a';
const complete: AttemptResult = {
  token,
  state: 'complete',
  metrics: { f1: 0.5 },
  artifact: null,
  details: {},
};

const end = (some: Partial<AttemptEnd>): AttemptEnd => ({
  stop: null,
  result: null,
  exit: exited(0),
  logTail: [],
  kernelKilled: false,
  diskFull: false,
  isOrphan: false,
  loss: null,
  ...some,
});
const exited = (code: number): AttemptExit => ({
  token,
  exitCode: code,
  signal: null,
  userSeconds: 0,
  systemSeconds: 0,
});
const killed = (signal: string): AttemptExit => ({ ...exited(0), exitCode: null, signal });
const verdict = (some: Partial<AttemptEnd>) => judge(end(some), [f1]);

t.test('a result is believed whatever the exit code', async (t) => {
  t.match(verdict({ result: complete, exit: killed('SIGSEGV') }), {
    type: 'outcome',
    outcome: { state: 'complete', values: [0.5] },
  });
});

t.test('what the engine decided comes before what the trial says', async (t) => {
  const stop = { reason: 'pruned', message: 'pruned', step: 4 } as const;
  t.match(verdict({ stop, result: complete }), { outcome: { state: 'pruned', step: 4 } });
  t.match(verdict({ stop, exit: killed('SIGKILL') }), { outcome: { state: 'pruned', step: 4 } });
});

t.test('a trial that finished while it was being stopped has finished', async (t) => {
  const stop = { reason: 'timeout', message: 'ran longer than 5 s', step: 0 } as const;
  t.match(verdict({ stop, result: complete }), { outcome: { state: 'complete' } });
  t.match(verdict({ stop, result: { token, state: 'stopped' } }), {
    outcome: { state: 'fail', failure: { kind: 'timeout', message: 'ran longer than 5 s' } },
  });
});

t.test('only crashes and losses are tried again', async (t) => {
  const failed = (kind: 'crash' | 'diverged' | 'bad-data') =>
    verdict({ result: { token, state: 'fail', failure: { kind, message: 'm' } }, exit: exited(1) });
  t.match(failed('crash'), { type: 'retry' });
  t.match(failed('diverged'), { type: 'outcome', outcome: { failure: { kind: 'diverged' } } });
  t.match(failed('bad-data'), { type: 'outcome' });
  t.match(verdict({ exit: null }), { type: 'retry', failure: { kind: 'lost' } });
  t.match(verdict({ exit: exited(0) }), {
    type: 'retry',
    failure: { kind: 'crash', message: 'exit code 0 without a result' },
  });
});

t.test('an interruption from outside costs no retry', async (t) => {
  t.match(verdict({ exit: exited(75) }), { type: 'preempted' });
  t.match(verdict({ result: { token, state: 'stopped' } }), { type: 'preempted' });
});

t.test('a crash carries its last lines; those that speak of memory tell more', async (t) => {
  t.match(verdict({ exit: killed('SIGABRT'), logTail: ['a', 'b'] }), {
    type: 'retry',
    failure: { kind: 'crash', message: 'ended by SIGABRT\na\nb' },
  });
  const lines = [
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    "terminate called after throwing an instance of 'std::bad_alloc'",
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB',
    'numpy._core._exceptions.MemoryError',
  ];
  for (const line of lines)
    t.match(verdict({ exit: killed('SIGABRT'), logTail: [line] }), {
      type: 'outcome',
      outcome: { failure: { kind: 'out-of-memory' } },
    });
  t.match(verdict({ exit: killed('SIGKILL'), kernelKilled: true }), {
    outcome: { failure: { kind: 'out-of-memory' } },
  });
});

t.test('an objective that is not a number has diverged', async (t) => {
  t.match(verdict({ result: { ...complete, metrics: { f1: Number.NaN } } }), {
    outcome: { state: 'fail', failure: { kind: 'diverged' } },
  });
});

t.test('what took a trial decides whether it is to blame', async (t) => {
  const interrupted = (some: Partial<AttemptEnd>) => verdict({ loss: 'interrupted', ...some });
  t.match(interrupted({ exit: null }), { type: 'preempted' });
  t.match(interrupted({ exit: killed('SIGKILL') }), { type: 'preempted' }, 'it did not heed SIGTERM in time');
  const crash = { token, state: 'fail', failure: { kind: 'crash', message: 'exit code 143' } } as const;
  t.match(interrupted({ result: crash, exit: exited(143) }), { type: 'preempted' });
  t.match(interrupted({ result: complete }), { outcome: { state: 'complete' } });
  const failure = { kind: 'lost', message: /its worker died/ } as const;
  t.match(verdict({ loss: 'with-worker', exit: null }), { type: 'retry', failure });
});
