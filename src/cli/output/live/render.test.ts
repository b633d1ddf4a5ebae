import pc from 'picocolors';
import stringWidth from 'string-width';
import t from 'tap';
import type { FrozenTrial, Metrics } from '../../../domain/trial.ts';
import { estimateEta } from './eta.ts';
import { ASCII, drawBar, drawSparkline, UNICODE } from './glyphs.ts';
import { type RenderOptions, renderLive } from './render.ts';
import { applyEvent, type LiveState } from './state.ts';

const start: LiveState = {
  heading: {
    study: 'отзывы 评论',
    sampler: 'tpe',
    pruner: 'median',
    objective: 'macro F0.5',
    metric: 'f0.5',
    metrics: ['f0.5'],
    directions: ['maximize'],
    seed: 42,
  },
  goal: { trials: 10, timeoutMs: null },
  jobs: 2,
  startedAt: 0,
  counts: { complete: 0, pruned: 0, fail: 0 },
  counted: 0,
  running: new Map(),
  front: [],
  best: null,
  durations: { n: 0, sum: 0, squares: 0 },
  confirmed: null,
  phase: 'searching',
};
const options: RenderOptions = {
  now: 60_000,
  width: 110,
  height: 24,
  ascii: false,
  colors: pc.createColors(false),
};

const ended = (number: number, state: 'complete' | 'pruned' | 'fail', value = 0.5): FrozenTrial =>
  ({
    id: number,
    number,
    state,
    startedAt: 0,
    completedAt: 1,
    params: { lr: 0.129, loss: 'softmax' },
    distributions: {},
    intermediateValues: new Map(),
    userAttrs: {},
    systemAttrs: {},
    ...(state === 'fail' ? { failure: { kind: 'crash', message: '' } } : { values: [value] }),
  }) as FrozenTrial;

const running = (state: LiveState, number: number): LiveState =>
  applyEvent(
    state,
    { type: 'trial-started', number, attempt: 0, params: { lr: 0.3 }, worker: 'local:0', pid: 7 },
    30_000,
  );
const reported = (state: LiveState, number: number, values: readonly number[]): LiveState =>
  values.reduce(
    (state, value, i) =>
      applyEvent(
        state,
        { type: 'report', number, step: i + 1, progress: (i + 1) / 10, value, metrics: {} },
        40_000,
      ),
    state,
  );
const finished = (state: LiveState, trial: FrozenTrial, metrics: Metrics = {}): LiveState =>
  applyEvent(state, { type: 'trial-finished', trial, metrics, durationMs: 6000 }, 50_000);

t.test('the display shows progress, counts, the best and the running trials', async (t) => {
  const metrics = { precision: 0.912, recall: 0.863, f1: 0.887, 'f0.5': 0.9012 };
  let state = running(running(start, 3), 4);
  state = reported(state, 3, [0.1, 0.2, 0.4, 0.4]);
  state = finished(state, ended(0, 'complete', 0.9012), metrics);
  state = finished(finished(state, ended(1, 'pruned')), ended(2, 'fail'));
  t.same(renderLive(state, options), [
    'hpo optimize · study отзывы 评论 · tpe + median · macro F0.5 · seed 42',
    ' ━━━━━━──────────────────────────  2/10  20%  elapsed 1m00s  ETA 24s',
    ' ● 1 done   △ 1 pruned (50%)   ✗ 1 failed   ◐ 2 running   3.0 trials/min',
    ' ★ best  0.9012  #0  P 0.912 R 0.863 F1 0.887  lr=0.129 loss=softmax',
    ' TRIAL  WORKER   RUNG                  F0.5  CURVE       TIME  PARAMS',
    ' #3     local:0  ━━━━━─────── 4/10   0.4000  ▁▃██         30s  lr=0.3',
    ' #4     local:0  ──────────── –           –               30s  lr=0.3',
    '  Ctrl-C once: finish running trials, twice: stop now',
  ]);
});

t.test('no line is wider than the terminal, whatever the names and the width', async (t) => {
  const wide = { ...start, heading: { ...start.heading, study: '评论'.repeat(40) } };
  const state = reported(running(wide, 1), 1, [0.1, Number.NaN, 0.3]);
  for (const width of [20, 41, 60, 80, 200]) {
    for (const line of renderLive(state, { ...options, width })) {
      if (stringWidth(line) > width) t.fail(`${width}: ${line}`);
    }
  }
  t.ok(
    renderLive(state, { ...options, width: 30 }).every((line) => line.length > 0),
    'nothing vanishes',
  );
});

t.test('more running trials than lines are counted, not drawn', async (t) => {
  const state = Array.from({ length: 30 }, (_, i) => i).reduce(running, start);
  const lines = renderLive(state, { ...options, height: 16 });
  t.ok(lines.length < 16);
  t.match(lines.at(-2), / and 23 more/);
});

t.test('names cannot steer the terminal', async (t) => {
  const state = { ...start, heading: { ...start.heading, study: 'a\u001b[2J\u202eb' } };
  t.match(renderLive(state, options)[0], 'study ab ·');
});

t.test('--ascii draws with ASCII only', async (t) => {
  const state = reported(running({ ...start, heading: { ...start.heading, study: 'x' } }, 1), 1, [1, 2]);
  for (const line of renderLive(state, { ...options, ascii: true })) t.match(line, /^[\x20-\x7e]*$/);
});

t.test('bars and curves keep their width and their ends', async (t) => {
  t.same(drawBar(0.5, 4, ASCII), ['##', '..']);
  t.same(drawBar(7, 4, ASCII), ['####', '']);
  t.same(drawBar(-1, 4, ASCII), ['', '....']);
  t.equal(drawSparkline([0, 1, 2, 3, 4, 5, 6, 7], 8, UNICODE), '▁▂▃▄▅▆▇█');
  t.equal(drawSparkline([9, 0, 7], 2, UNICODE), '▁█');
  t.equal(drawSparkline([3, Number.NaN, 3], 9, UNICODE), '▅ ▅');
  t.equal(drawSparkline([], 9, UNICODE), '');
});

t.test('the remaining time is a range at first, and never beyond the time limit', async (t) => {
  const at = (durations: LiveState['durations'], goal = start.goal, counted = durations.n) =>
    estimateEta({ ...start, durations, goal, counted }, 10_000);
  t.equal(at({ n: 0, sum: 0, squares: 0 }), null);
  t.same(at({ n: 1, sum: 1000, squares: 1e6 }), { low: 0, high: (9 * 1000 * 3) / 2 });
  const ten = { n: 10, sum: 10_000, squares: 12e6 };
  t.same(at(ten, { trials: 20, timeoutMs: null }), { low: 5000, high: 5000 });
  t.same(at(ten, { trials: 20, timeoutMs: 12_000 }), { low: 2000, high: 2000 });
  t.same(at(ten, { trials: null, timeoutMs: 12_000 }), { low: 2000, high: 2000 });
  t.equal(at(ten, { trials: null, timeoutMs: null }), null);
});

t.test('a failed trial counts, but not towards the goal; a retry begins its row anew', async (t) => {
  let state = reported(running(start, 0), 0, [0.1, 0.2]);
  state = running(state, 0);
  t.same(state.running.get(0)?.curve, []);
  state = finished(state, ended(0, 'fail'));
  t.equal(state.counted, 0);
  t.equal(state.counts.fail, 1);
  t.equal(state.running.size, 0);
  state = finished(finished(state, ended(1, 'complete', 0.7)), ended(2, 'complete', 0.6));
  t.equal(state.best?.number, 1, 'a worse trial does not become the best');
  t.equal(reported(state, 0, [1]), state, 'a late report of a trial that is gone changes nothing');
});
