import { ExitCode } from '../../domain/errors.ts';
import { defineCommand } from '../command.ts';
import { DEFAULT_STORAGE } from '../compose.ts';
import type { Check, CheckStatus } from '../doctor/check.ts';
import { checkEngines } from '../doctor/engine-checks.ts';
import { checkPrograms } from '../doctor/program-checks.ts';
import { checkRuntime } from '../doctor/runtime-checks.ts';
import { checkStorage } from '../doctor/storage-checks.ts';
import type { Listing } from '../output/listing.ts';
import { printListing } from '../output/print-listing.ts';
import type { Tint } from '../output/table.ts';

/** `hpo doctor`: is everything here that a search needs? Changes nothing. */
export default defineCommand({
  name: 'doctor',
  summary: 'Check this machine and the storage',
  positionals: {},
  options: {},
  examples: ['doctor', 'doctor -f json', 'doctor --storage sqlite:old.db'],
  run: async (args, io) => {
    const checks = [
      ...(await checkRuntime()),
      ...(await checkStorage(args.storage ?? DEFAULT_STORAGE)),
      ...(await checkEngines()),
      ...checkPrograms(io.env['PATH'] ?? ''),
    ];
    printListing(io, checkListing(checks, io.ascii));
    const broken = checks.filter(({ status }) => status === 'fail');
    if (broken.length > 0) {
      io.note(`${broken.length} broken: ${broken.map(({ check }) => check).join(', ')}`);
      return ExitCode.internal;
    }
    io.next(checks.some(({ check }) => check === 'schema') ? 'hpo studies' : 'hpo dataset demo data/demo');
    return ExitCode.ok;
  },
});

const MARKS: Readonly<Record<CheckStatus, { readonly mark: string; readonly tint: Tint }>> = {
  ok: { mark: '✓', tint: 'green' },
  warn: { mark: '!', tint: 'yellow' },
  fail: { mark: '✗', tint: 'red' },
  absent: { mark: '·', tint: 'dim' },
};

function checkListing(checks: readonly Check[], ascii: boolean): Listing {
  return {
    rows: checks.map(({ check, status, found, fix }) => ({ check, status, found, fix })),
    columns: [
      {
        name: 'status',
        show: (status) => (ascii ? String(status) : `${MARKS[status as CheckStatus].mark} ${status}`),
        tint: (cell) => MARKS[cell.slice(cell.lastIndexOf(' ') + 1) as CheckStatus]?.tint ?? null,
      },
      { name: 'check' },
      { name: 'found', flexible: true },
      ...(checks.some(({ fix }) => fix !== null) ? [{ name: 'fix', flexible: true }] : []),
    ],
  };
}
