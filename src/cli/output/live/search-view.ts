import { createLogUpdate } from 'log-update';
import { betaOf } from '../../../domain/objective.ts';
import type { SearchEvent } from '../../../domain/search-event.ts';
import { renderEventJson } from '../event-record.ts';
import { formatMetricValue } from '../goals.ts';
import type { Io } from '../io.ts';
import { plain } from '../plain.ts';
import { ASCII, UNICODE } from './glyphs.ts';
import { renderEventLine, renderHeartbeat } from './logfmt.ts';
import { renderLive } from './render.ts';
import { applyEvent, type LiveState } from './state.ts';

/** Shows a running search. Whoever opens it closes it. */
export interface SearchView {
  readonly onEvent: (event: SearchEvent) => void;
  setPhase(phase: LiveState['phase']): void;
  /** Leaves the terminal as it was; may be called twice. */
  close(): void;
}

/** At most so often a second: more is flicker, and slow over ssh. */
const REDRAW_MS = 250;
const HEARTBEAT_MS = 60_000;

/** Live on a terminal, plain lines elsewhere, nothing when quiet; events go to stdout where they are wanted. */
export function openSearchView(io: Io, initial: LiveState): SearchView {
  let state = initial;
  const screen = io.live ? openScreen(io, () => state) : openLines(io, () => state);
  return {
    onEvent(event) {
      state = applyEvent(state, event, Date.now());
      if (io.events) io.print(renderEventJson(event));
      if (event.type === 'warning') screen.persist(() => io.warn(event.message));
      else screen.show(event);
    },
    setPhase(phase) {
      state = { ...state, phase };
      screen.redraw();
    },
    close: () => screen.close(),
  };
}

interface Screen {
  show(event: SearchEvent): void;
  /** Writes something that stays above what is redrawn. */
  persist(write: () => void): void;
  redraw(): void;
  close(): void;
}

function openScreen(io: Io, current: () => LiveState): Screen {
  const log = createLogUpdate(process.stderr);
  const redraw = (): void =>
    log(
      renderLive(current(), {
        now: Date.now(),
        width: process.stderr.columns || 80,
        height: process.stderr.rows || 24,
        ascii: io.ascii,
        colors: io.errColors,
      }).join('\n'),
    );
  const persist = (write: () => void): void => {
    log.clear();
    write();
    redraw();
  };
  const timer = setInterval(redraw, REDRAW_MS);
  process.stderr.on('resize', redraw);
  redraw();
  return {
    show(event) {
      if (event.type === 'new-best') persist(() => io.note(renderNewBest(event, current(), io)));
    },
    persist,
    redraw,
    close() {
      clearInterval(timer);
      process.stderr.off('resize', redraw);
      log.clear();
      log.done();
    },
  };
}

/** `15:41:09  ★ #173 new best  F0.5 0.9012 (+0.0009)` */
function renderNewBest(event: SearchEvent & { type: 'new-best' }, { heading }: LiveState, io: Io): string {
  const values = event.trial.state === 'complete' ? event.trial.values : [];
  const shown = values.map((value, i) => showValue(heading.metrics[i]!, value)).join('  ');
  const change =
    event.improvement === null ? '' : ` (${event.improvement < 0 ? '' : '+'}${event.improvement.toFixed(4)})`;
  const clock = new Date().toTimeString().slice(0, 8);
  const { best } = io.ascii ? ASCII : UNICODE;
  return `${clock}  ${io.errColors.green(best)} #${event.trial.number} ${heading.metrics.length > 1 ? 'joins the front' : 'new best'}  ${shown}${change}`;
}

const showValue = (metric: string, value: number): string =>
  `${plain(betaOf(metric) === null ? metric : metric.toUpperCase())} ${formatMetricValue(metric, value)}`;

function openLines(io: Io, current: () => LiveState): Screen {
  const write = (line: string | null): void => {
    if (line !== null) io.note(line);
  };
  const timer = setInterval(() => write(renderHeartbeat(current(), Date.now())), HEARTBEAT_MS);
  return {
    show: (event) => write(renderEventLine(event, current())),
    persist: (writeNow) => writeNow(),
    redraw: () => {},
    close: () => clearInterval(timer),
  };
}
