import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchEvent } from '../domain/search-event.ts';

/** The engine of engine-main.ts in a process of its own, as compileEngine made it. */
export interface EngineCommand {
  readonly engine: string;
  readonly entry: string;
  /** Of the search fixture. */
  readonly dir: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface EngineProcess {
  readonly pid: number;
  readonly events: SearchEvent[];
  /** The exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  /** Until it has told `count` events of a type. */
  sees(type: SearchEvent['type'], count?: number): Promise<void>;
  summary(): unknown;
}

export function startEngineProcess(
  { engine, entry, dir, env = {} }: EngineCommand,
  options: object,
): EngineProcess {
  const child = spawn(process.execPath, [engine, dir, JSON.stringify(options), entry], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const events: SearchEvent[] = [];
  let [rest, over] = ['', false];
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop()!;
    events.push(...lines.map((line) => JSON.parse(line) as SearchEvent));
  });
  const ended = new Promise<number | null>((resolve) =>
    child.on('close', (code) => {
      over = true;
      resolve(code);
    }),
  );
  return {
    pid: child.pid!,
    events,
    ended,
    kill: (signal) => void child.kill(signal),
    sees: async (type, count = 1) => {
      while (events.filter((event) => event.type === type).length < count) {
        if (over)
          throw new Error(`the engine ended before ${count} × ${type}: ${JSON.stringify(events.at(-1))}`);
        await sleep(20);
      }
    },
    summary: () => events.flatMap((event) => (event.type === 'done' ? [event.summary] : []))[0],
  };
}
