import type { Storage } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import { openStorage } from '../../storage/index.ts';
import { completed, startTrial, testSpec } from './fixtures.ts';

/** What other processes do in the storage's tests: `worker.ts PROGRAM URL STUDY …`; the last line is JSON. */
const PROGRAMS: Record<string, (storage: Storage, study: string, count: number) => Promise<unknown>> = {
  async 'first-open'(storage, name, count) {
    const study = await createOrLoad(storage, name);
    const numbers: number[] = [];
    for (let i = 0; i < count; i++) {
      const trial = await startTrial(storage, study.id);
      for (let step = 0; step < 3; step++) {
        await storage.recordReports(trial.id, trial.token, [{ step, value: step, metrics: { f1: step } }]);
      }
      if (!(await storage.finishTrial(trial.id, trial.token, completed(i)))) throw new Error('lost a trial');
      numbers.push(trial.number);
    }
    return { numbers };
  },

  async 'claim-waiting'(storage, name) {
    const study = await storage.loadStudy(name);
    const claimed: number[] = [];
    for (;;) {
      const { number, fixedParams } = await storage.claimTrial(study.id);
      // Nothing waits any more: this one is new.
      if (fixedParams['lr'] === undefined) return { claimed };
      claimed.push(number);
    }
  },

  /** Writes until it is killed, telling each finished number. */
  async 'write-forever'(storage, name) {
    const study = await createOrLoad(storage, name);
    for (;;) {
      const trial = await startTrial(storage, study.id);
      await storage.recordReports(trial.id, trial.token, [{ step: 0, value: 1, metrics: {} }]);
      await storage.finishTrial(trial.id, trial.token, completed(1));
      process.stdout.write(`${trial.number}\n`);
    }
  },
};

async function createOrLoad(storage: Storage, name: string): Promise<Study> {
  try {
    return await storage.createStudy({ name, spec: testSpec() });
  } catch {
    return await storage.loadStudy(name);
  }
}

const [program, url, study, count] = process.argv.slice(2);
const storage = await openStorage(url!, { create: true });
try {
  console.log(JSON.stringify(await PROGRAMS[program!]!(storage, study!, Number(count ?? 0))));
} finally {
  await storage.close();
}
