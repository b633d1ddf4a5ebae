import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { HostIdentity, JobIdentity, ProcessIdentity } from '../domain/process-identity.ts';

export type { HostIdentity, JobIdentity, ProcessIdentity };

let host: HostIdentity | null = null;

export function thisHost(): HostIdentity {
  host ??= {
    host: hostname(),
    bootId: readText('/proc/sys/kernel/random/boot_id') ?? sysctl('kern.bootsessionuuid'),
    pidNamespace: readLink('/proc/self/ns/pid') ?? '',
  };
  return host;
}

let self: ProcessIdentity | null = null;

export function thisProcess(): ProcessIdentity {
  const job = jobOf(process.env);
  self ??= {
    ...thisHost(),
    pid: process.pid,
    pidStartTime: processStartTime(process.pid) ?? '',
    ...(job !== null && { job }),
  };
  return self;
}

/** The Slurm job that an environment belongs to, or null. */
export function jobOf(env: NodeJS.ProcessEnv): JobIdentity | null {
  const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task, SLURM_JOB_ID: job } = env;
  const id = array !== undefined && task !== undefined ? `${array}_${task}` : job;
  return id === undefined ? null : { id, restarts: Number(env['SLURM_RESTART_COUNT'] ?? 0) };
}

/** Whether both are the same process. */
export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return isSameHost(a, b) && a.pid === b.pid && a.pidStartTime === b.pidStartTime;
}

/** Whether a pid means the same on both. */
export function isSameHost(a: HostIdentity, b: HostIdentity): boolean {
  return a.host === b.host && a.bootId === b.bootId && a.pidNamespace === b.pidNamespace;
}

/**
 * Whether the process is proven gone. Another host's process, or one of another PID namespace, never is: its pid says
 * nothing here. After a reboot every process of the earlier boot is.
 */
export function isProvenGone(process: ProcessIdentity): boolean {
  const here = thisHost();
  if (process.host !== here.host) return false;
  if (process.bootId !== here.bootId) return true;
  if (process.pidNamespace !== here.pidNamespace) return false;
  return processStartTime(process.pid) !== process.pidStartTime.trim();
}

/** When the process started, or null when there is none (a zombie is none: it only waits to be reaped). */
export function processStartTime(pid: number): string | null {
  if (globalThis.process.platform !== 'linux') return psStartTime(pid);
  const fields = readStat(pid);
  return fields === null || fields[0] === 'Z' || fields[0] === 'X' ? null : fields[19]!;
}

/** Whether a process or a child of it is suspended (SIGSTOP, a debugger); false where nobody can say. */
export function isStopped(pid: number): boolean {
  const children = readText(`/proc/${pid}/task/${pid}/children`)?.split(' ') ?? [];
  return [pid, ...children].some((one) => ['T', 't'].includes(readStat(Number(one))?.[0] ?? ''));
}

/** The fields of /proc/PID/stat from the third on. */
function readStat(pid: number): string[] | null {
  const stat = readText(`/proc/${pid}/stat`);
  // The name in brackets may itself hold spaces and brackets: count from the last one.
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function psStartTime(pid: number): string | null {
  try {
    const args = ['-o', 'lstart=', '-p', String(pid)];
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null;
  } catch {
    return null;
  }
}

function sysctl(name: string): string {
  try {
    return execFileSync('sysctl', ['-n', name], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
