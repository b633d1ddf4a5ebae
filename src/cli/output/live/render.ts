import { formatMetricValue } from '../goals.ts';
import { plain } from '../plain.ts';
import { formatPairs, formatScore } from '../readable.ts';
import { estimateEta } from './eta.ts';
import { formatSpan } from './format-span.ts';
import { ASCII, drawBar, type Glyphs, UNICODE } from './glyphs.ts';
import { type PaintStyle, type Piece, paintLine } from './paint.ts';
import { renderRunning } from './running-table.ts';
import type { BestRow, LiveState } from './state.ts';

export interface RenderOptions extends PaintStyle {
  /** ms since 1970. */
  readonly now: number;
  /** Lines of the terminal. */
  readonly height: number;
}

const BAR_WIDTH = 32;

/** The display as lines without line feeds, none wider than the terminal: a pure function of the state. */
export function renderLive(state: LiveState, options: RenderOptions): string[] {
  const glyphs = options.ascii ? ASCII : UNICODE;
  const head = [
    renderHeading(state, glyphs),
    renderProgress(state, glyphs, options.now),
    renderCounts(state, glyphs, options.now),
    state.heading.metrics.length > 1 ? renderFront(state, glyphs) : renderBest(state, glyphs),
  ].map((pieces) => paintLine(pieces, options));
  const foot = paintLine([[`  ${footOf(state)}`, 'dim']], options);
  // A display taller than the terminal scrolls instead of redrawing.
  const room = Math.max(1, options.height - head.length - 4);
  return [...head, ...renderRunning(state, { ...options, room, glyphs }), foot];
}

function renderHeading({ heading }: LiveState, { dot }: Glyphs): Piece[] {
  const { study, sampler, pruner, objective, seed } = heading;
  const facts = [`${sampler} + ${pruner}`, plain(objective), `seed ${seed}`].map((fact) => ` ${dot} ${fact}`);
  return [['hpo optimize', 'bold'], ` ${dot} study ${plain(study)}`, [facts.join(''), 'dim']];
}

function renderProgress(state: LiveState, glyphs: Glyphs, now: number): Piece[] {
  const { goal, counted, startedAt, confirmed } = state;
  const elapsed = now - startedAt;
  if (confirmed !== null) return renderConfirming(state, confirmed, glyphs, elapsed);
  const share =
    goal.trials === null
      ? goal.timeoutMs === null
        ? 0
        : elapsed / goal.timeoutMs
      : counted / Math.max(1, goal.trials);
  const [done, left] = drawBar(share, BAR_WIDTH, glyphs);
  const counter = goal.trials === null ? `${counted} trials` : `${counted}/${goal.trials}`;
  const percent =
    goal.trials === null && goal.timeoutMs === null ? '' : `  ${Math.floor(100 * Math.min(share, 1))}%`;
  return [
    ' ',
    [done, 'green'],
    [left, 'dim'],
    `  ${counter}${percent}  elapsed ${formatSpan(elapsed)}${formatEta(state, now)}`,
  ];
}

/** Its trainings count, not only whole trials: they are few and long. */
function renderConfirming(
  { running }: LiveState,
  { done, of }: NonNullable<LiveState['confirmed']>,
  glyphs: Glyphs,
  elapsed: number,
): Piece[] {
  const parts = [...running.values()].reduce((sum, { progress }) => sum + (progress ?? 0), 0);
  const [full, left] = drawBar((done + parts) / of, BAR_WIDTH, glyphs);
  return [
    ' ',
    [full, 'green'],
    [left, 'dim'],
    `  confirming ${done}/${of} leaders  elapsed ${formatSpan(elapsed)}`,
  ];
}

function formatEta(state: LiveState, now: number): string {
  const eta = estimateEta(state, now);
  if (eta === null) return '';
  const [low, high] = [formatSpan(eta.low), formatSpan(eta.high)];
  return low === high ? `  ETA ${low}` : `  ETA ${low} to ${high}`;
}

function renderCounts(
  { counts, running, durations, startedAt }: LiveState,
  glyphs: Glyphs,
  now: number,
): Piece[] {
  const { complete, pruned, fail } = counts;
  const share = complete + pruned === 0 ? '' : ` (${Math.round((100 * pruned) / (complete + pruned))}%)`;
  const minutes = (now - startedAt) / 60_000;
  const rate = durations.n === 0 || minutes <= 0 ? '' : `   ${(durations.n / minutes).toFixed(1)} trials/min`;
  return [
    ' ',
    [`${glyphs.complete} ${complete} done`, 'green'],
    '   ',
    [`${glyphs.pruned} ${pruned} pruned${share}`, 'yellow'],
    '   ',
    fail > 0 ? [`${glyphs.fail} ${fail} failed`, 'red'] : [`${glyphs.fail} 0 failed`, 'dim'],
    '   ',
    [`${glyphs.running} ${running.size} running`, 'cyan'],
    [rate, 'dim'],
  ];
}

function renderBest({ best, heading }: LiveState, glyphs: Glyphs): Piece[] {
  if (best === null) return [[` ${glyphs.best} no trial has finished yet`, 'dim']];
  return [
    ' ',
    [`${glyphs.best} best  ${formatScore(best.value)}`, 'bold'],
    `  #${best.number}  ${formatSideMetrics(best, heading.metrics[0]!)}`,
    [`  ${formatPairs(best.params)}`, 'dim'],
  ];
}

/** The size of the front, and what it reaches from and to in each objective. */
function renderFront({ front, heading }: LiveState, glyphs: Glyphs): Piece[] {
  if (front.length === 0) return [[` ${glyphs.best} no trial has finished yet`, 'dim']];
  const ranges = heading.metrics.map((metric, i) => {
    const values = front.map((trial) => trial.values[i]!);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return `${plain(metric)} ${formatMetricValue(metric, low)} to ${formatMetricValue(metric, high)}`;
  });
  return [' ', [`${glyphs.best} front of ${front.length}`, 'bold'], `  ${ranges.join('   ')}`];
}

/** `P 0.912 R 0.863 F1 0.887`: those of them that are known and not the objective itself. */
export function formatSideMetrics({ metrics }: Pick<BestRow, 'metrics'>, metric: string): string {
  const shown = [
    ['precision', 'P'],
    ['recall', 'R'],
    ['f0.5', 'F0.5'],
    ['f1', 'F1'],
  ] as const;
  return shown
    .filter(([name]) => name !== metric && metrics[name] !== undefined)
    .map(([name, short]) => `${short} ${metrics[name]!.toFixed(3)}`)
    .join(' ');
}

function footOf({ phase }: LiveState): string {
  switch (phase) {
    case 'searching':
      return 'Ctrl-C once: finish running trials, twice: stop now';
    case 'draining':
      return 'finishing the running trials; Ctrl-C again: stop now';
    case 'stopping':
      return 'stopping the running trials';
    case 'leaving':
      return 'leaving the running trials to the next engine';
  }
}
