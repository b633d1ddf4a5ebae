// Trials a second through the storage: create, 10 params, 10 reports, finish; a finished trial survives a power cut.
//   npm run bench:storage -- [-f json] [--seconds 2] [--storage postgresql]
// The peer is Python's Optuna on the same kind of storage (Debian's python3-optuna, python3-psycopg2), doing the same through
// ask, suggest, report and tell with the random sampler; it syncs every commit, we sync creating and finishing.
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileCrowd } from '../../src/testing/compiled-trial.ts';
import { runPostgres } from '../../src/testing/postgres.ts';
import { PYTHON } from '../../src/testing/services.ts';
import { type BenchCase, printBench } from './report.ts';
import { type Figures, hasPeer, measure, measureThrice, type Place } from './storage/measure.ts';

const argv = process.argv.slice(2);
const { values } = parseArgs({
  args: argv,
  options: {
    seconds: { type: 'string', default: '2' },
    storage: { type: 'string', default: 'sqlite' },
    format: { type: 'string', short: 'f' },
  },
});
const seconds = Number(values.seconds);
/** Inside this package, where the compiled program finds its packages. */
const compiled = mkdtempSync(
  join(fileURLToPath(new URL('../../node_modules/', import.meta.url)), '.storage-'),
);
const PEER = [PYTHON, fileURLToPath(new URL('storage/peer.py', import.meta.url))];

try {
  const program = [process.execPath, join(compileCrowd(compiled), 'throughput.js')];
  printBench(await (values.storage === 'postgresql' ? onPostgres(program) : onSqlite(program)), argv);
} finally {
  rmSync(compiled, { recursive: true, force: true });
}

async function onSqlite(program: readonly string[]): Promise<BenchCase[]> {
  const place = async (): Promise<Place> => {
    const dir = await mkdtemp(join(tmpdir(), 'hpo-bench-'));
    return { url: `sqlite:///${join(dir, 'bench.db')}`, remove: () => rm(dir, { recursive: true }) };
  };
  const peerIsThere = hasPeer('optuna');
  const cases: BenchCase[] = [];
  for (const processes of [1, 4]) {
    const round = { processes, seconds, place };
    const ours = await measureThrice({ ...round, command: [...program, 'own'] });
    const peer = peerIsThere ? await measure({ ...round, command: PEER }) : null;
    cases.push(
      throughput(processes, ours, peer, 20),
      wholeTrial(processes, ours, peer, processes === 4 ? 50 : null),
    );
    cases.push(shown(`p99 of a storage call, ${label(processes)}`, ours.callP99Ms, 'ms'));
    for (const durability of ['normal', 'full']) {
      const figures = await measure({ ...round, command: [...program, durability] });
      const what = `everything ${durability}, ${label(processes)}`;
      cases.push(shown(`trials a second, ${what}`, figures.trialsPerSecond, '1/s'));
      cases.push(shown(`p99 of a trial, ${what}`, figures.p99Ms, 'ms'));
    }
  }
  return cases;
}

/** A server of its own with the settings that Debian ships, on a socket. */
async function onPostgres(program: readonly string[]): Promise<BenchCase[]> {
  const server = runPostgres({ isDurable: true });
  try {
    const place = (scheme: string) => async (): Promise<Place> => {
      const name = server.createDatabase();
      const url = server.urlOf(name).replace(/^postgresql/, scheme);
      return { url, remove: async () => void server.query('postgres', `DROP DATABASE ${name} WITH (FORCE)`) };
    };
    const peerIsThere = hasPeer('optuna', 'psycopg2');
    const cases: BenchCase[] = [];
    for (const processes of [1, 8, 32]) {
      const round = { processes, seconds };
      const command = [...program, 'own'];
      const ours = await measureThrice({ ...round, command, place: place('postgresql') });
      const theirs = { ...round, command: PEER, place: place('postgresql+psycopg2') };
      const peer = peerIsThere ? await measure(theirs) : null;
      cases.push(throughput(processes, ours, peer, 3), wholeTrial(processes, ours, peer, null));
      cases.push(shown(`p99 of a storage call, ${label(processes)}`, ours.callP99Ms, 'ms'));
    }
    return cases;
  } finally {
    server.close();
  }
}

function label(processes: number): string {
  return `${processes} process${processes > 1 ? 'es' : ''}`;
}

function throughput(processes: number, ours: Figures, peer: Figures | null, target: number): BenchCase {
  const ratio = peer && ours.trialsPerSecond / peer.trialsPerSecond;
  return {
    case: `trials a second, ${label(processes)}`,
    ours: ours.trialsPerSecond,
    peer: peer?.trialsPerSecond ?? null,
    unit: '1/s',
    ratio,
    target: `>= ${target}`,
    ok: ratio === null ? null : ratio >= target,
  };
}

/** @param limitMs null: shown only */
function wholeTrial(
  processes: number,
  ours: Figures,
  peer: Figures | null,
  limitMs: number | null,
): BenchCase {
  return {
    case: `p99 of a trial, ${label(processes)}`,
    ours: ours.p99Ms,
    peer: peer?.p99Ms ?? null,
    unit: 'ms',
    ratio: peer && ours.p99Ms / peer.p99Ms,
    target: limitMs === null ? 'shown only' : `< ${limitMs} ms`,
    ok: limitMs === null ? null : ours.p99Ms < limitMs,
  };
}

function shown(name: string, ours: number, unit: string): BenchCase {
  return { case: name, ours, peer: null, unit, ratio: null, target: 'shown only', ok: null };
}
