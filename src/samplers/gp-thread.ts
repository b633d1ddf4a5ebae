/**
 * Suggestions of a Gaussian process from a thread of their own, so that a search goes on with its heartbeats and its display
 * while a large model is fitted. One thread a process, started when first needed; it does not keep the process alive.
 */
import { Worker } from 'node:worker_threads';
import type { Params } from '../domain/distribution.ts';
import type { GpProblem } from './gp-problem.ts';

export interface GpQuestion {
  readonly id: number;
  readonly problem: GpProblem;
  readonly seed: number;
}

export interface GpAnswer {
  readonly id: number;
  readonly found: readonly Params[] | null;
  /** What was thrown, or null. */
  readonly error: unknown;
}

interface Asker {
  readonly resolve: (found: readonly Params[] | null) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly askers: Map<number, Asker>;
}

let thread: Thread | null = null;
let asked = 0;

/** As `suggestPoints`. @throws what that throws, and the error of a thread that ended */
export function suggestInThread(problem: GpProblem, seed: number): Promise<readonly Params[] | null> {
  thread ??= startThread();
  const { worker, askers } = thread;
  const question: GpQuestion = { id: asked++, problem, seed };
  return new Promise((resolve, reject) => {
    askers.set(question.id, { resolve, reject });
    worker.ref();
    worker.postMessage(question);
  });
}

function startThread(): Thread {
  const worker = createWorker();
  const started: Thread = { worker, askers: new Map() };
  worker.unref();
  worker.on('message', (answer: GpAnswer) => settle(started, answer));
  worker.on('error', (error) => end(started, error));
  worker.on('exit', (code) =>
    end(started, new Error(`the thread of the Gaussian process ended with ${code}`)),
  );
  return started;
}

/** Without the process's own flags: some of them (`node -e`) no thread can have. */
function createWorker(): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const file = new URL(isSource ? './gp-worker.ts' : './gp-worker.js', import.meta.url);
  if (!isSource) return new Worker(file, { execArgv: [] });
  // A thread does not inherit the loader that the sources run with.
  const [loader, module] = [import.meta.resolve('tsx/esm/api'), file.href].map((url) => JSON.stringify(url));
  const program = `import(${loader}).then(({ register }) => (register(), import(${module})))`;
  return new Worker(program, { eval: true, execArgv: [] });
}

function settle({ worker, askers }: Thread, { id, found, error }: GpAnswer): void {
  const asker = askers.get(id);
  askers.delete(id);
  // An idle thread must not keep the process from ending.
  if (askers.size === 0) worker.unref();
  if (error === null) asker?.resolve(found);
  else asker?.reject(error);
}

/** Whoever waits gets the error; the next question starts another thread. */
function end(ended: Thread, error: unknown): void {
  if (thread === ended) thread = null;
  for (const { reject } of ended.askers.values()) reject(error);
  ended.askers.clear();
}
