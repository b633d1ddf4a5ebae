import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

const DEBIAN = '/usr/lib/postgresql';

/** The folder of the server's programs (Debian keeps them off the PATH), or null. */
function findPrograms(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const dirs = [...versions.map((version) => join(DEBIAN, version, 'bin')), '/usr/local/bin', '/usr/bin'];
  return dirs.find((dir) => existsSync(join(dir, 'initdb'))) ?? null;
}

/** For a test's `skip`: why no PostgreSQL server can be started, or false. HPO_REQUIRE_SERVICES=1 makes it a failure. */
export function skipWithoutPostgres(): string | false {
  if (findPrograms() !== null || process.env['HPO_REQUIRE_SERVICES'] === '1') return false;
  return 'no PostgreSQL server is installed (Debian: postgresql)';
}

/** A server of one's own: no port, a socket in a folder that goes with it. */
export interface PostgresServer {
  /** A new, empty database. */
  createDatabase(): string;
  /** Of the database `name`, as `user` (the owner of everything unless said). */
  urlOf(name: string, user?: string): string;
  /** Runs statements as the owner. @throws where one fails */
  query(database: string, statements: string): string;
  start(): void;
  /** `fast` ends all connections; `immediate` is a crash: nothing is brought to rest. */
  stop(mode: 'fast' | 'immediate'): void;
  /** Stops it and removes everything. */
  close(): void;
}

/** Stopped and removed with the test. */
export function startPostgres(t: Test): PostgresServer {
  const server = runPostgres();
  t.teardown(() => server.close());
  return server;
}

/** Made in about a second. @param isDurable whether commits wait for the disk */
export function runPostgres({ isDurable = false } = {}): PostgresServer {
  const programs = findPrograms();
  if (programs === null) throw new Error('no PostgreSQL server is installed (Debian: postgresql)');
  // Not the test's own folder: a socket's path has 107 characters at most.
  const dir = mkdtempSync(join(tmpdir(), 'hpo-pg-'));
  const owner = serverUser();
  if (owner !== null) chownSync(dir, owner.uid, owner.gid);
  const run = (program: string, ...args: string[]): string => {
    const command = [join(programs, program), ...args];
    const argv = owner === null ? command : ['runuser', '-u', owner.name, '--', ...command];
    const { status, stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), {
      encoding: 'utf8',
      cwd: '/',
      // pg_ctl's server would keep a pipe open for ever.
      stdio: program === 'pg_ctl' ? 'ignore' : 'pipe',
    });
    if (status !== 0) throw new Error(`${program} exited with ${status}: ${stderr}`);
    return stdout ?? '';
  };
  const data = join(dir, 'data');
  const query = (database: string, statements: string): string =>
    run('psql', '-h', dir, '-U', 'hpo', '-v', 'ON_ERROR_STOP=1', '-qAt', '-c', statements, database);
  const start = (): void => {
    const settings = `-c listen_addresses='' -c unix_socket_directories=${dir} -c fsync=${isDurable ? 'on' : 'off'} -c max_connections=200`;
    run('pg_ctl', '-D', data, '-l', join(dir, 'log'), '-o', settings, '-w', 'start');
  };
  const stop = (mode: 'fast' | 'immediate'): void => {
    run('pg_ctl', '-D', data, '-m', mode, '-w', 'stop');
  };
  run('initdb', '-D', data, '-U', 'hpo', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync');
  start();
  let databases = 0;
  return {
    createDatabase() {
      const name = `test${databases++}`;
      query('postgres', `CREATE DATABASE ${name}`);
      return name;
    },
    urlOf: (name, user = 'hpo') => `postgresql://${user}@/${name}?host=${encodeURIComponent(dir)}`,
    query,
    start,
    stop,
    close() {
      try {
        stop('immediate');
      } catch {
        // Stopped already.
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The server refuses to run as root; Debian's package brings a user for it. Null: as ourselves. */
function serverUser(): { name: string; uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (option: string): number =>
    Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout);
  return { name: 'postgres', uid: id('-u'), gid: id('-g') };
}
