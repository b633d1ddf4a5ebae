// Runs the tests with tap, with a floor for line coverage, and ends with `N passed, N failed[, N skipped]`.
//   node scripts/run-tests.mjs [--quick] [FILE…]     --quick: no coverage, only the files named
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const LINE_COVERAGE_FLOOR = 85;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const quick = args.includes('--quick');
const files = args.filter((arg) => !arg.startsWith('--'));
const coverage = quick || files.length > 0 ? ['--disable-coverage'] : ['--coverage-report=text-summary'];
const child = spawn(
  join(root, 'node_modules', '.bin', 'tap'),
  [
    'run',
    '--reporter=tap',
    '--allow-incomplete-coverage',
    // Files with real processes take longer than tap's 30 s on a busy machine.
    '--timeout=180',
    ...coverage,
    ...(files.length > 0 ? files : ['src/**/*.test.ts']),
  ],
  { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
);

let [passed, failed, skipped] = [0, 0, 0];
let covered = null;
// Set from a failed assertion to the next one: what lies between explains it.
let explains = false;
for await (const line of createInterface({ input: child.stdout })) {
  const test = /^( *)(not ok|ok) \d+ - (.*)$/.exec(line);
  if (test) explains = test[1].length > 0 && test[2] === 'not ok';
  // Indent 4 = a named test of a file; a file without one counts as itself.
  if (test && test[1].length === 4) {
    if (/ # (skip|todo)/i.test(line)) {
      skipped++;
      console.log(line.trim());
    } else if (test[2] === 'ok') passed++;
    else failed++;
  } else if (test && test[1].length === 0) {
    console.log(line);
    if (test[2] === 'not ok') failed ||= 1;
  }
  const share = /^# Lines\s*:\s*([\d.]+)%|^Lines\s*:\s*([\d.]+)%/.exec(line.trim());
  if (share) covered = Number(share[1] ?? share[2]);
  if (explains) console.log(line);
}
const code = await new Promise((resolve) => child.on('close', resolve));
let ok = code === 0 && failed === 0;
if (covered !== null) {
  console.log(`line coverage ${covered} % (floor ${LINE_COVERAGE_FLOOR} %)`);
  ok &&= covered >= LINE_COVERAGE_FLOOR;
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(ok ? 0 : 1);
