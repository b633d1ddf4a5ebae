// A crowd of processes on one new database: all open it at the same moment, many write trials, some only look.
//   npm run bench:contention -- [-f json] [--writers 64] [--openers 32] [--trials 20]
// How long an event loop stood still is judged only where a process beside them, which does nothing, was left in peace.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileCrowd } from '../../src/testing/compiled-trial.ts';
import { type CrowdResult, runCrowd } from '../../src/testing/contention/crowd.ts';
import { type BenchCase, printBench } from './report.ts';

const argv = process.argv.slice(2);
const { values } = parseArgs({
  args: argv,
  options: {
    writers: { type: 'string', default: '64' },
    openers: { type: 'string', default: '32' },
    trials: { type: 'string', default: '20' },
    format: { type: 'string', short: 'f' },
  },
});
/** Inside this package, where the compiled writers find its packages. */
const dir = mkdtempSync(join(fileURLToPath(new URL('../../node_modules/', import.meta.url)), '.crowd-'));

try {
  const result = await runCrowd({
    programs: compileCrowd(join(dir, 'compiled')),
    file: join(dir, 'crowd.db'),
    writers: Number(values.writers),
    openers: Number(values.openers),
    trials: Number(values.trials),
  });
  for (const fault of result.faults) console.error(fault);
  printBench(
    [
      judged(
        'errors, lost updates, double claims',
        result.faults.length,
        '',
        '0',
        result.faults.length === 0,
      ),
      heldUp(result),
      shown('the same with waits for a processor', result.blocks.wallMs, 'ms'),
      shown('longest wait for a call', result.maxWaitMs, 'ms'),
      shown('longest opening', result.maxOpenMs, 'ms'),
      judged('largest log', result.maxLogBytes / 2 ** 20, 'MiB', '< 64 MiB', result.maxLogBytes < 64 << 20),
      shown('trials a second together', result.trialsPerSecond, '1/s'),
    ],
    argv,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** Less than half of the target in the idle process: the machine is quiet enough to tell. */
function heldUp({ blocks, bystander }: CrowdResult): BenchCase {
  const isQuiet = bystander.ownMs < 25;
  return {
    case: 'longest that an event loop stood still (peer: an idle process)',
    ours: blocks.ownMs,
    peer: bystander.ownMs,
    unit: 'ms',
    ratio: null,
    target: '< 50 ms',
    ok: blocks.ownMs < 50 ? true : isQuiet ? false : null,
  };
}

function judged(name: string, ours: number, unit: string, target: string, ok: boolean): BenchCase {
  return { case: name, ours, peer: null, unit, ratio: null, target, ok };
}

function shown(name: string, ours: number, unit: string): BenchCase {
  return { ...judged(name, ours, unit, 'shown only', true), ok: null };
}
