import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { SearchEvent } from '../../../src/domain/search-event.ts';
import type { OptimizeOptions } from '../../../src/engine/index.ts';

/** An engine in a process of its own, and all that it said. */
export interface EngineProcess {
  readonly pid: number;
  /** Its exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  hasEnded(): boolean;
  /** Whether it has begun to work. */
  hasSpoken(): boolean;
}

export interface EngineCommand {
  readonly engine: string;
  readonly entry: string;
  readonly dir: string;
  readonly onEvent: (event: SearchEvent) => void;
}

export function startEngine(command: EngineCommand, options: Partial<OptimizeOptions>): EngineProcess {
  const { engine, entry, dir, onEvent } = command;
  const args = [engine, dir, JSON.stringify(options), entry];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let spoken = false;
  createInterface({ input: child.stdout! }).on('line', (line) => {
    spoken = true;
    // The last line of a killed engine may be torn.
    if (line.endsWith('}')) onEvent(JSON.parse(line) as SearchEvent);
  });
  let over = false;
  const ended = new Promise<number | null>((resolve) =>
    child.on('close', (code) => {
      over = true;
      resolve(code);
    }),
  );
  return { pid: child.pid!, ended, hasEnded: () => over, hasSpoken: () => spoken };
}
