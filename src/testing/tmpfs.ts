import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A file system of its own that is easily filled; unmounted with the test. */
export function mountTmpfs(t: Test, size: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'hpo-tmpfs-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir]);
  t.teardown(() => {
    execFileSync('umount', ['--lazy', dir]);
    rmdirSync(dir);
  });
  return dir;
}

/** For a test's `skip`: why no tmpfs can be mounted, or false. */
export function needsTmpfs(): string | false {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return 'needs root to mount a small tmpfs';
  try {
    const trial = 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d"; r=$?; rmdir "$d"; exit $r';
    execFileSync('sh', ['-c', trial], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs the right to mount a small tmpfs';
  }
}
