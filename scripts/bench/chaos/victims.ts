import { readdirSync, readFileSync } from 'node:fs';

/** A process of a search that may be killed. */
export interface Victim {
  readonly pid: number;
  readonly role: 'trial' | 'supervisor';
  /** Of the attempt. */
  readonly token: string;
}

/** All trials and supervisors on this machine whose attempt folders lie below `runsDir`. Linux only. */
export function findVictims(runsDir: string): Victim[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    return Number.isInteger(pid) ? (identify(pid, runsDir) ?? []) : [];
  });
}

function identify(pid: number, runsDir: string): Victim | null {
  const environment = readEnvironment(pid);
  if (!environment.get('HPO_TRIAL_DIR')?.startsWith(`${runsDir}/`)) return null;
  const supervisor = environment.get('HPO_SUPERVISED_TOKEN');
  if (supervisor !== undefined) return { pid, role: 'supervisor', token: supervisor };
  const trial = environment.get('HPO_TRIAL_TOKEN');
  return trial === undefined ? null : { pid, role: 'trial', token: trial };
}

function readEnvironment(pid: number): Map<string, string> {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return new Map(
      entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
  } catch {
    return new Map();
  }
}

/** @returns whether it was there to be killed */
export function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
