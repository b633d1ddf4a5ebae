import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launcher, LaunchRequest, RunningTrial } from '../domain/ports.ts';
import {
  ATTEMPT_FILES,
  type AttemptExit,
  type AttemptStarted,
  thisHost,
  writeControl,
  writeRecord,
} from '../protocol/index.ts';
import { runTrial } from '../trial/run-trial.ts';
import { createScriptedModel } from './scripted-model.ts';

export interface FakeLauncher extends Launcher {
  /** Every request so far, in order. */
  readonly requests: LaunchRequest[];
}

/** Runs scripted trainings inside the test's own process, through the same files as real trials. */
export function fakeLauncher(): FakeLauncher {
  const requests: LaunchRequest[] = [];
  const live = new Map<string, FakeTrial>();
  // Each training listens for SIGTERM, and one that never ends never lets go.
  process.setMaxListeners(0);
  return {
    name: 'fake',
    requests,
    launch: (wave) =>
      Promise.all(
        wave.map(async (request) => {
          requests.push(request);
          const trial = new FakeTrial(request);
          live.set(request.token, trial);
          await trial.start();
          return trial;
        }),
      ),
    adopt: async ({ token }) => {
      const trial = live.get(token);
      return trial !== undefined && (await trial.isAlive()) ? trial : null;
    },
  };
}

class FakeTrial implements RunningTrial {
  readonly token: string;
  readonly dir: string;
  readonly pid = 999_999;
  readonly jobId = null;
  #alive = true;

  constructor({ token, dir }: LaunchRequest) {
    this.token = token;
    this.dir = dir;
  }

  async start(): Promise<void> {
    await writeFile(join(this.dir, ATTEMPT_FILES.log), '');
    const started = {
      token: this.token,
      ...thisHost(),
      pid: this.pid,
      pidStartTime: '1',
      supervisorPid: 4_194_305,
    };
    await writeRecord(this.dir, ATTEMPT_FILES.started, started satisfies AttemptStarted);
    void this.#run();
  }

  async isAlive(): Promise<boolean> {
    return this.#alive;
  }

  async memoryBytes(): Promise<number> {
    return this.#alive ? 1 << 20 : 0;
  }

  async signal(name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (name === 'SIGKILL') await this.#end({ exitCode: null, signal: name });
    // A training in this process cannot be sent a signal; it watches its control file all the same.
    else if (this.#alive) await writeControl(this.dir, { stop: 'cancelled' });
  }

  async #run(): Promise<void> {
    const model = createScriptedModel({
      holdsProcess: false,
      leave: async (how) => {
        await this.#end(
          'code' in how ? { exitCode: how.code, signal: null } : { exitCode: null, signal: how.signal },
        );
        return new Promise<never>(() => {});
      },
    });
    const noData = (): never => {
      throw new Error('no data in these tests');
    };
    const exitCode = await runTrial(this.dir, {
      loadModel: async () => model,
      openTrainingData: noData,
      openFolds: noData,
    });
    await this.#end({ exitCode, signal: null });
  }

  async #end(how: Pick<AttemptExit, 'exitCode' | 'signal'>): Promise<void> {
    if (!this.#alive) return;
    const exit = { token: this.token, ...how, userSeconds: 0, systemSeconds: 0 } satisfies AttemptExit;
    await writeRecord(this.dir, ATTEMPT_FILES.exit, exit);
    this.#alive = false;
  }
}
