import t from 'tap';
import type { FrozenTrial } from '../../../domain/trial.ts';
import { renderEventJson, toSummaryRecord } from '../event-record.ts';
import { renderEventLine, renderHeartbeat, renderLogfmt } from './logfmt.ts';
import type { LiveState } from './state.ts';

const state: LiveState = {
  heading: {
    study: 's',
    sampler: 'tpe',
    pruner: 'median',
    objective: 'macro F1',
    metric: 'f1',
    metrics: ['f0.5'],
    directions: ['maximize'],
    seed: 1,
  },
  goal: { trials: 50, timeoutMs: null },
  jobs: 1,
  startedAt: 0,
  counts: { complete: 3, pruned: 2, fail: 1 },
  counted: 5,
  running: new Map([
    [7, { number: 7, worker: 'local:0', params: {}, startedAt: 0, progress: null, curve: [] }],
  ]),
  front: [],
  best: { number: 2, value: 0.9, metrics: {}, params: {} },
  durations: { n: 6, sum: 6, squares: 6 },
  confirmed: null,
  phase: 'searching',
};
const trial: FrozenTrial = {
  id: 9,
  number: 6,
  state: 'fail',
  startedAt: Date.UTC(2026, 0, 2),
  completedAt: Date.UTC(2026, 0, 2, 0, 0, 4),
  failure: { kind: 'crash', message: `exit code 1\nsecond line ${'x'.repeat(500)}` },
  params: { lr: 0.1, note: 'a b' },
  distributions: {},
  intermediateValues: new Map([[1, Number.NaN]]),
  userAttrs: {},
  systemAttrs: {},
};

t.test('a logfmt line keeps one value a key, quoted where it must be', async (t) => {
  t.equal(
    renderLogfmt({ a: 1, 'b c': 'x y', q: 'say "hi"', e: '', n: null, gone: undefined }),
    'a=1 b_c="x y" q="say \\"hi\\"" e="" n=null',
  );
});

t.test('without a display each finished trial is one line, and the heartbeat another', async (t) => {
  t.equal(
    renderEventLine({ type: 'trial-finished', trial, metrics: {}, durationMs: 4000 }, state),
    'trial=6 state=fail seconds=4 best=0.9 done=5/50 kind=crash message="exit code 1" lr=0.1 note="a b"',
  );
  t.equal(renderEventLine({ type: 'warning', message: 'x' }, state), null);
  t.equal(
    renderHeartbeat(state, 60_000),
    'heartbeat=60s done=5/50 running=7 complete=3 pruned=2 fail=1 best=0.9 bestTrial=2',
  );
});

t.test('events are JSON on one line, without Maps, NaN or control characters', async (t) => {
  const line = renderEventJson({ type: 'trial-finished', trial, metrics: {}, durationMs: 4000 });
  t.notMatch(line, /\n/);
  t.match(JSON.parse(line), {
    type: 'trial-finished',
    durationSeconds: 4,
    trial: { number: 6, intermediate: [[1, null]], failure: { kind: 'crash' }, durationSeconds: 4 },
  });
  const report = {
    type: 'report',
    number: 1,
    step: 2,
    progress: 0.2,
    value: 0.5,
    metrics: { f1: 0.5 },
  } as const;
  t.same(JSON.parse(renderEventJson(report)), report);
});

t.test('the summary has the keys that scripts rely on', async (t) => {
  const states = { waiting: 0, running: 0, complete: 3, pruned: 2, fail: 1 };
  const summary = {
    study: 's',
    nTrials: 5,
    states,
    best: null,
    front: [],
    confirmation: null,
    durationMs: 1500,
    reason: 'n-trials',
  } as const;
  t.same(toSummaryRecord(summary), {
    study: 's',
    nTrials: 5,
    states,
    best: null,
    front: [],
    confirmation: null,
    durationSeconds: 1.5,
    reason: 'n-trials',
  });
});
