import { spawn } from 'node:child_process';
import { appendFileSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ParamValue } from '../domain/distribution.ts';
import { type Model, type TrainedModel, TrialFailure } from '../domain/ports.ts';
import { ATTEMPT_FILES } from '../protocol/index.ts';

/** What a scripted training does after its reports. */
export type Ending =
  | 'complete'
  | 'fail-config'
  | 'nan'
  | 'throw'
  | 'out-of-memory'
  | 'exit-3'
  | 'exit-75'
  | 'kill-self'
  | 'hang'
  | 'ignore-term'
  | 'escape'
  | 'hog'
  | 'print'
  | 'report-flood';

/** Where a scripted training runs: in a process of its own, which it may end, or inside a test's. */
export interface ScriptHost {
  /** Ends the process; never returns. */
  leave(how: { readonly code: number } | { readonly signal: 'SIGKILL' }): Promise<never>;
  /** Whether waiting keeps the process up. */
  readonly holdsProcess: boolean;
}

const ownProcess: ScriptHost = {
  leave: async (how) => {
    if ('signal' in how) process.kill(process.pid, how.signal);
    else process.exit(how.code);
    return hang(null, true);
  },
  holdsProcess: true,
};

/**
 * A model that trains nothing: it reports `reports` times a growing share of x, and ends as its settings (or parameters
 * of the same names) say. For tests of everything around a training.
 */
export function createScriptedModel(host: ScriptHost = ownProcess): Model {
  return {
    name: 'scripted',
    description: 'does as it is told',
    space: () => ({ x: { type: 'float', low: 0, high: 1 } }),
    defaults: () => [],
    resampling: 'seeds',
    predictMemory: (params) => (typeof params['bytes'] === 'number' ? params['bytes'] : null),
    async train(params, _data, { report, seed, signal, settings }) {
      const setting = (name: string, fallback: ParamValue): ParamValue =>
        params[name] ?? (settings[name] as ParamValue | undefined) ?? fallback;
      const luck = Number(setting('noise', 0)) * ((seed % 1000) / 1000 - 0.5);
      const x = Number(params['x'] ?? 0.5) + luck;
      const [reports, pauseMs] = [Number(setting('reports', 3)), Number(setting('pauseMs', 0))];
      for (let step = 1; step <= reports; step++) {
        if (pauseMs > 0) await sleep(pauseMs);
        signal.throwIfAborted();
        report({ step, progress: step / reports, metrics: { f1: (x * step) / reports } });
      }
      const words = setting('words', null);
      if (words !== null) console.log(words);
      await end(setting('ending', 'complete') as Ending, signal, host);
      return scriptedResult(x, Number(setting('modelBytes', 0)));
    },
    loadPredictor: () => Promise.reject(new Error('a scripted model predicts nothing')),
  };
}

function scriptedResult(x: number, modelBytes: number): TrainedModel {
  return {
    metrics: { f1: x, accuracy: x },
    details: { threshold: 0.5 },
    save: async (dir) => {
      await writeFile(join(dir, 'model.bin'), `x=${x}\n`.padEnd(modelBytes, '.'));
      await writeFile(join(dir, 'model.json'), JSON.stringify({ model: 'scripted', labels: ['a', 'b'] }));
      return { path: 'model.bin', format: 'scripted-bin' };
    },
    dispose: () => {},
  };
}

async function end(ending: Ending, signal: AbortSignal, host: ScriptHost): Promise<unknown> {
  switch (ending) {
    case 'complete':
      return;
    case 'fail-config':
      throw new TrialFailure('bad-config', 'no such configuration');
    case 'nan':
      throw new TrialFailure('diverged', 'loss is NaN');
    case 'throw':
      throw new Error('boom');
    case 'out-of-memory':
      throw new RangeError('Array buffer allocation failed');
    case 'exit-3':
      console.error('last words');
      return host.leave({ code: 3 });
    case 'exit-75':
      return host.leave({ code: 75 });
    case 'kill-self':
      return host.leave({ signal: 'SIGKILL' });
    case 'hang':
      return hang(signal, host.holdsProcess);
    case 'ignore-term':
      return hang(null, host.holdsProcess);
    case 'escape':
      spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).unref();
      return hang(null, host.holdsProcess);
    case 'hog':
      return hog(signal);
    case 'print':
      await print();
      return host.leave({ code: 3 });
    case 'report-flood':
      return floodReports();
  }
}

async function hang(signal: AbortSignal | null, ref: boolean): Promise<never> {
  for (;;) await sleep(1000, undefined, signal === null ? { ref } : { ref, signal });
}

/** 1 GB on standard output in some seconds: faster than any engine must look, and slower than a small disk fills up unseen. */
async function print(): Promise<void> {
  const chunk = Buffer.alloc(8 << 20, `${'x'.repeat(127)}\n`);
  for (let i = 0; i < 128; i++) {
    for (let at = 0; at < chunk.length; ) at += writeSync(1, chunk, at);
    await sleep(30);
  }
}

/** A million lines, past the writer that would stop at its limit: as a foreign program may. */
async function floodReports(): Promise<void> {
  const path = join(process.env['HPO_TRIAL_DIR']!, ATTEMPT_FILES.reports);
  for (let line = 0; line < 1_000_000; line += 10_000) {
    const steps = Array.from({ length: 10_000 }, (_, i) => `{"step":${10 + line + i},"metrics":{"f1":0.5}}`);
    appendFileSync(path, `${steps.join('\n')}\n`);
  }
}

/** 20 MB every 20 ms, touched. */
async function hog(signal: AbortSignal): Promise<never> {
  const hoard: Buffer[] = [];
  for (;;) {
    await sleep(20, undefined, { signal });
    hoard.push(Buffer.alloc(20 << 20, hoard.length));
  }
}
