import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly startTime: string;
  readonly residentBytes: number;
}

/** Environment entries by which a process says whose it is. */
const TRIAL_TOKEN = 'HPO_TRIAL_TOKEN=';
const SUPERVISOR_TOKEN = 'HPO_SUPERVISED_TOKEN=';
const PAGE_BYTES = 4096;

/** The processes of this machine at one moment. */
export class ProcessTable {
  readonly rows: readonly ProcessRow[];
  /** Environments are read when somebody asks, and once. */
  readonly #owners = new Map<number, string>();

  constructor(rows: readonly ProcessRow[]) {
    this.rows = rows;
  }

  /**
   * Processes whose environment carries the trial's token: also those that left its group and lost their parent.
   * @param since the trial's start time: what is older cannot be its child, and its environment is left alone
   */
  carriersOf(token: string, since: string): ProcessRow[] {
    return this.rows.filter(
      (row) => Number(row.startTime) >= Number(since) && this.#ownerOf(row.pid) === TRIAL_TOKEN + token,
    );
  }

  supervisorOf(token: string): ProcessRow | null {
    return this.rows.find((row) => this.#ownerOf(row.pid) === SUPERVISOR_TOKEN + token) ?? null;
  }

  /** The trial's group, all descendants, and everything that carries its token. */
  treeOf(leader: number, token: string, since: string): ProcessRow[] {
    const members = new Set(this.carriersOf(token, since).map(({ pid }) => pid));
    // Parents need not come before their children: pids wrap around.
    for (let size = -1; size !== members.size; ) {
      size = members.size;
      for (const { pid, parent, group } of this.rows)
        if (pid === leader || group === leader || members.has(parent)) members.add(pid);
    }
    return this.rows.filter(({ pid }) => members.has(pid));
  }

  #ownerOf(pid: number): string {
    const owner = this.#owners.get(pid) ?? readOwner(pid);
    this.#owners.set(pid, owner);
    return owner;
  }
}

const MAX_AGE_MS = 200;
let latest: { readonly table: ProcessTable; readonly readAt: number } | null = null;

/** The processes as they are now, or were up to 200 ms ago: however many trials ask, the machine is looked at once. */
export function recentProcesses(): ProcessTable {
  if (latest === null || performance.now() - latest.readAt >= MAX_AGE_MS) currentProcesses();
  return latest!.table;
}

export function currentProcesses(): ProcessTable {
  const table = new ProcessTable(process.platform === 'linux' ? readProc() : readPs());
  latest = { table, readAt: performance.now() };
  return table;
}

function readProc(): ProcessRow[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    return Number.isInteger(pid) ? (parseStat(pid) ?? []) : [];
  });
}

function parseStat(pid: number): ProcessRow | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Fields from the third on: state, parent, group, session …; zombies hold no memory and take no signal.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return {
      pid,
      parent: Number(fields[1]),
      group: Number(fields[2]),
      startTime: fields[19]!,
      residentBytes: Number(fields[21]) * PAGE_BYTES,
    };
  } catch {
    return null;
  }
}

function readOwner(pid: number): string {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return entries.find((entry) => entry.startsWith(TRIAL_TOKEN) || entry.startsWith(SUPERVISOR_TOKEN)) ?? '';
  } catch {
    return '';
  }
}

/** macOS: no environments, so only the group and descendants are found. */
function readPs(): ProcessRow[] {
  const columns = 'pid=,ppid=,pgid=,rss=,state=,lstart=';
  const text = execFileSync('ps', ['-A', '-o', columns], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*?)\s*$/.exec(line);
    if (match === null || match[5]!.startsWith('Z')) return [];
    const [pid, parent, group, kilobytes] = match.slice(1, 5).map(Number) as [number, number, number, number];
    return [{ pid, parent, group, startTime: match[6]!, residentBytes: kilobytes * 1024 }];
  });
}
