import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { MakeStorage } from '../storage-contract.ts';
import { openFor, testSpec } from './fixtures.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A program of worker.ts in a process of its own. @returns what it printed, parsed; `null` when it was killed. */
export function startWorker(program: string, ...args: readonly string[]) {
  // Without the test runner's own loaders, which take a second a process.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', '-C', 'hpo-source', WORKER, program, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result = async (): Promise<unknown> => {
    const [out, err, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null, string | null]>,
    ]);
    if (signal !== null) return null;
    if (code !== 0) throw new Error(`worker ${program} exited with ${code}: ${err}`);
    return JSON.parse(out);
  };
  return { child, result: result() };
}

export function processContract(t: Test, make: MakeStorage): void {
  t.test(
    '16 processes open a storage that is not there yet and write to it',
    { timeout: 300_000 },
    async (t) => {
      const { url, open } = await make(t);
      if (url === null) return t.pass('no other process can open this storage');
      const workers = Array.from({ length: 16 }, (_, i) =>
        startWorker('first-open', url, `study-${i % 4}`, '5'),
      );
      const results = (await Promise.all(workers.map(({ result }) => result))) as { numbers: number[] }[];
      const storage = await openFor(t, open);
      const studies = await storage.listStudies();
      t.same(studies.map(({ name }) => name).sort(), ['study-0', 'study-1', 'study-2', 'study-3']);
      for (const study of studies) {
        const trials = await storage.getTrials(study.id);
        t.same(
          trials.map(({ number }) => number),
          Array.from({ length: 20 }, (_, i) => i),
        );
        t.ok(
          trials.every(
            ({ state, intermediateValues }) => state === 'complete' && intermediateValues.size === 3,
          ),
        );
      }
      t.equal(results.flatMap(({ numbers }) => numbers).length, 80);
    },
  );

  t.test('a waiting trial is claimed by one process only', { timeout: 300_000 }, async (t) => {
    const { url, open } = await make(t);
    if (url === null) return t.pass('no other process can open this storage');
    const storage = await openFor(t, open);
    const study = await storage.createStudy({ name: 'queue', spec: testSpec() });
    for (let i = 0; i < 60; i++) await storage.enqueue(study.id, { lr: i });
    const workers = Array.from({ length: 6 }, () => startWorker('claim-waiting', url, 'queue'));
    const claims = ((await Promise.all(workers.map(({ result }) => result))) as { claimed: number[] }[])
      .flatMap(({ claimed }) => claimed)
      .sort((a, b) => a - b);
    t.same(
      claims,
      Array.from({ length: 60 }, (_, i) => i),
    );
  });
}
