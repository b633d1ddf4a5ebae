import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { StopRequested, TrialFailure } from '../../domain/ports.ts';

/** Once the program has ended: pipes that its children still hold are waited for this long without a byte. */
const IDLE_TICKS = 5;
const TICK_MS = 100;

/** A started program. */
export interface Program {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly pid: number;
  /** How it ended, as a shell has it: 128 + the number of the signal that ended it. */
  readonly ended: Promise<number>;
}

/**
 * Starts a program in this process's own group, so that whatever ends the trial ends it too. A wish to stop that is not the
 * engine's is passed on; the engine's own signal goes to the whole group.
 * @throws {TrialFailure} `bad-config` when there is no such program
 */
export async function startProgram(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Program> {
  const child = await spawnProgram(argv, env);
  const passOn = (): void => {
    const { reason } = signal;
    if (!(reason instanceof StopRequested && reason.byEngine !== null)) child.kill('SIGTERM');
  };
  if (signal.aborted) passOn();
  signal.addEventListener('abort', passOn);
  const ended = waitForEnd(child).finally(() => signal.removeEventListener('abort', passOn));
  return { stdout: child.stdout!, stderr: child.stderr!, pid: child.pid!, ended };
}

async function spawnProgram(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const [command = '', ...args] = argv;
  try {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PYTHONUNBUFFERED: '1', ...process.env, ...env },
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } catch (error) {
    throw describeFailedStart(command, error as NodeJS.ErrnoException);
  }
}

const START_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program; give its path, or a name that is on the PATH',
  EACCES: 'it may not be run; chmod +x it, or name its interpreter first: python3 train.py',
  ENOEXEC: 'it is no program; name its interpreter first: python3 train.py',
  E2BIG: 'its arguments are too long; let it read the file that HPO_PARAMS names',
  ERR_INVALID_ARG_VALUE: 'an argument holds a NUL character; let it read the file that HPO_PARAMS names',
};

/** What will be so at the next attempt too is the configuration's fault; all else (no memory, no processes) is not. */
function describeFailedStart(command: string, error: NodeJS.ErrnoException): Error {
  const fault = START_FAULTS[error.code ?? ''];
  if (fault === undefined) return error;
  return new TrialFailure('bad-config', `cannot start "${command}": ${fault}`, { cause: error });
}

async function waitForEnd(child: ChildProcess): Promise<number> {
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve([child.exitCode, child.signalCode]);
    else child.once('exit', (...how) => resolve(how));
  });
  return code ?? 128 + constants.signals[signal!];
}

/** The bytes of a program's stream, to its end or until the program is gone and those who inherited it are silent. */
export async function* readOutput(stream: Readable, ended: Promise<number>): AsyncGenerator<Buffer> {
  const idle = { ticks: 0, isBusy: false };
  const abandoned = closeWhenIdle(stream, ended, idle);
  try {
    for await (const chunk of stream) {
      Object.assign(idle, { ticks: 0, isBusy: true });
      yield chunk as Buffer;
      Object.assign(idle, { ticks: 0, isBusy: false });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  await abandoned;
}

/** Ticks rather than time: between two of them what has arrived is read, however slow the machine is. */
async function closeWhenIdle(
  stream: Readable,
  ended: Promise<number>,
  idle: { ticks: number; isBusy: boolean },
): Promise<void> {
  await ended;
  while (!stream.closed && idle.ticks < IDLE_TICKS) {
    await sleep(TICK_MS);
    if (!idle.isBusy) idle.ticks++;
  }
  stream.destroy();
}

/** The most that the process has held so far, in bytes; null where it cannot be told. */
export async function readPeakMemory(pid: number): Promise<number | null> {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
