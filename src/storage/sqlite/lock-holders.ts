import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';

/**
 * The processes that hold a lock on a SQLite file, as `process 123 (python3 train.py)`; where the kernel does not
 * say, those that have it open. Empty where neither is known (not Linux, other users' processes).
 */
export async function describeLockHolders(path: string): Promise<string[]> {
  const holders = await lockingPids(path);
  const pids = holders.size > 0 ? holders : await openingPids(path);
  return Promise.all([...pids].map(describeProcess));
}

/** Lines like `1: POSIX  ADVISORY  WRITE 4242 fd:01:1234 120 120`; the fifth field is the pid. */
async function lockingPids(path: string): Promise<Set<number>> {
  const inodes = new Set<string>();
  for (const file of [path, `${path}-shm`]) {
    const facts = await stat(file).catch(() => null);
    if (facts !== null) inodes.add(String(facts.ino));
  }
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  const pids = locks
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , mode, , id]) => mode === 'WRITE' && inodes.has(id?.split(':')[2] ?? ''))
    .map((fields) => Number(fields[4]));
  // A process of another PID namespace shows as 0 or −1.
  return new Set(pids.filter((pid) => pid > 0));
}

async function openingPids(path: string): Promise<Set<number>> {
  const target = await realpath(path).catch(() => path);
  const names = await readdir('/proc').catch(() => []);
  const pids = names.map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const open = await Promise.all(pids.map((pid) => hasOpen(pid, target)));
  return new Set(pids.filter((_, i) => open[i]));
}

async function hasOpen(pid: number, target: string): Promise<boolean> {
  const fds = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return links.some((link) => link === target || link === `${target}-wal`);
}

async function describeProcess(pid: number): Promise<string> {
  const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const command = raw.replaceAll('\0', ' ').trim().slice(0, 120);
  return command === '' ? `process ${pid}` : `process ${pid} (${command})`;
}
