import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

const scripts = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'scripts');
const PROGRAMS = ['slurmctld', 'slurmd', 'munged', 'sbatch'];

/** For a test's `skip`: why no cluster can be brought up, or false. HPO_REQUIRE_SERVICES=1 makes it a failure. */
export function skipWithoutSlurm(): string | false {
  const PATH = `${process.env['PATH']}:/usr/sbin:/sbin`;
  const missing = PROGRAMS.filter((name) => spawnSync('which', [name], { env: { PATH } }).status !== 0);
  if (missing.length === 0 || process.env['HPO_REQUIRE_SERVICES'] === '1') return false;
  return `no Slurm here: ${missing.join(', ')} (scripts/slurm-up.sh installs it)`;
}

/** The first of a range in which the controller's port and those of the nodes are free. */
async function findPorts(nodes: number): Promise<number> {
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 120) * 100;
    const ports = [base, ...Array.from({ length: nodes }, (_, i) => base + 21 + i)];
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return base;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '0.0.0.0');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A real cluster of a test's own, on this machine. */
export interface SlurmCluster {
  /** For programs that are to use it. */
  readonly env: { readonly SLURM_CONF: string };
  /** Runs one of Slurm's own programs. @returns what it printed */
  run(program: string, ...args: string[]): string;
  /** The pid of one of its daemons: `slurmctld`, `slurmd-n1`. */
  pidOf(daemon: string): number;
  /** Starts the controller again. */
  startController(): void;
}

/** Up in a second, where the packages are installed; down with the test (or whatever else ends by `teardown`). */
export async function startSlurm(t: Pick<Test, 'teardown'>, { nodes = 4 } = {}): Promise<SlurmCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'hpo-slurm-'));
  // munged insists that everybody may reach its socket.
  chmodSync(dir, 0o755);
  const port = await findPorts(nodes);
  const env = {
    ...process.env,
    SLURM_DEV_DIR: dir,
    SLURM_DEV_NODES: String(nodes),
    SLURM_DEV_PORT: String(port),
  };
  const script = (name: string): void => {
    execFileSync('bash', [join(scripts, name)], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  t.teardown(() => {
    script('slurm-down.sh');
    rmSync(dir, { recursive: true, force: true });
  });
  script('slurm-up.sh');
  const own = { SLURM_CONF: join(dir, 'slurm.conf') };
  const path = { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
  return {
    env: own,
    run: (program, ...args) =>
      execFileSync(program, args, { env: { ...process.env, ...own }, encoding: 'utf8' }),
    pidOf: (daemon) => Number(readFileSync(join(dir, 'run', `${daemon}.pid`), 'utf8')),
    startController() {
      execFileSync('slurmctld', [], { env: { ...process.env, ...own, ...path }, stdio: 'ignore' });
    },
  };
}
