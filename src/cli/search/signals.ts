/** Ctrl-C and its like, as the engine's two wishes. */
export interface SignalWatch {
  /** First Ctrl-C: finish what runs. */
  readonly drain: AbortSignal;
  /** Second Ctrl-C, SIGTERM or a lost terminal: stop what runs. */
  readonly stop: AbortSignal;
  /** A signal after which another process will go on: leave what runs alone. */
  readonly leave: AbortSignal;
  /** 128 plus the first signal's number, or null when there was none. */
  exitCode(): number | null;
  close(): void;
}

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGUSR1: 138 } as const;
export type SignalName = keyof typeof CODES;

/**
 * Listens until it is closed; `onPhase` hears what was asked for.
 * @param leaveOn signals that ask to leave (USR1 is listened to only for that)
 */
export function watchSignals(
  onPhase: (phase: 'draining' | 'stopping' | 'leaving') => void,
  leaveOn: readonly SignalName[] = [],
): SignalWatch {
  const [drain, stop, leave] = [new AbortController(), new AbortController(), new AbortController()];
  let code: number | null = null;
  const listen = (name: SignalName): void => {
    code ??= CODES[name];
    if (leaveOn.includes(name)) {
      onPhase('leaving');
      leave.abort();
      return;
    }
    const gentle = name === 'SIGINT' && !drain.signal.aborted;
    onPhase(gentle ? 'draining' : 'stopping');
    drain.abort();
    if (!gentle) stop.abort();
  };
  const names = (Object.keys(CODES) as SignalName[]).filter(
    (name) => name !== 'SIGUSR1' || leaveOn.includes(name),
  );
  for (const name of names) process.on(name, listen);
  return {
    drain: drain.signal,
    stop: stop.signal,
    leave: leave.signal,
    exitCode: () => code,
    close: () => {
      for (const name of names) process.off(name, listen);
    },
  };
}
