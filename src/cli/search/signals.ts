/** Ctrl-C and its like, as the engine's two wishes. */
export interface SignalWatch {
  /** First Ctrl-C: finish what runs. */
  readonly drain: AbortSignal;
  /** Second Ctrl-C, SIGTERM or a lost terminal: stop what runs. */
  readonly stop: AbortSignal;
  /** 128 plus the first signal's number, or null when there was none. */
  exitCode(): number | null;
  close(): void;
}

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Name = keyof typeof CODES;

/** Listens until it is closed; `onPhase` hears what was asked for. */
export function watchSignals(onPhase: (phase: 'draining' | 'stopping') => void): SignalWatch {
  const [drain, stop] = [new AbortController(), new AbortController()];
  let code: number | null = null;
  const listen = (name: Name): void => {
    code ??= CODES[name];
    const gentle = name === 'SIGINT' && !drain.signal.aborted;
    onPhase(gentle ? 'draining' : 'stopping');
    drain.abort();
    if (!gentle) stop.abort();
  };
  const names = Object.keys(CODES) as Name[];
  for (const name of names) process.on(name, listen);
  return {
    drain: drain.signal,
    stop: stop.signal,
    exitCode: () => code,
    close: () => {
      for (const name of names) process.off(name, listen);
    },
  };
}
