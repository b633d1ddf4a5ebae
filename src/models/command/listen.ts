import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptPlace, TrainingContext } from '../../domain/ports.ts';
import { ATTEMPT_FILES } from '../../protocol/index.ts';
import { CappedLog } from './capped-log.ts';
import { FileTail } from './file-tail.ts';
import { LineSplitter } from './line-splitter.ts';
import { type Program, readOutput, readPeakMemory, startProgram } from './program.ts';
import type { ProgramReports } from './program-reports.ts';
import { RegexMatcher } from './regex-matcher.ts';
import type { CommandSettings } from './settings.ts';

const POLL_MS = 100;

/** One run of a program, and who hears what it says. */
export interface Run {
  readonly place: AttemptPlace;
  readonly settings: CommandSettings;
  readonly reports: ProgramReports;
  readonly context: TrainingContext;
}

export interface Heard {
  readonly exitCode: number;
  /** Lines on which a pattern was cut. */
  readonly cuts: number;
  readonly peakMemoryBytes: number | null;
}

/** Runs the program to its end and takes in all that it says. */
export async function runAndListen(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  run: Run,
): Promise<Heard> {
  const tail = await FileTail.create(env['HPO_REPORT']!);
  const log = new CappedLog(join(run.place.dir, ATTEMPT_FILES.log));
  const matcher = new RegexMatcher(run.settings.patterns);
  try {
    const program = await startProgram(argv, env, run.context.signal);
    const [exitCode, peakMemoryBytes] = await Promise.all([
      program.ended,
      followReportFile(tail, program, run.reports),
      listen(readOutput(program.stdout, program.ended), { log, matcher, run }),
      listen(readOutput(program.stderr, program.ended), { log, matcher, run }),
    ]);
    return { exitCode, peakMemoryBytes, cuts: matcher.cuts };
  } finally {
    await Promise.all([matcher.close(), tail.close()]);
    log.close();
  }
}

interface Ear {
  readonly log: CappedLog;
  readonly matcher: RegexMatcher;
  readonly run: Run;
}

/** Takes what the program prints as fast as it can be understood: a program that floods has to wait. */
async function listen(output: AsyncIterable<Buffer>, ear: Ear): Promise<void> {
  const splitter = new LineSplitter();
  for await (const chunk of output) {
    ear.log.write(chunk);
    await understand(splitter.push(chunk), ear);
  }
  await understand(splitter.end(), ear);
}

async function understand(
  lines: readonly string[],
  { matcher, run: { settings, reports } }: Ear,
): Promise<void> {
  const others = lines.filter((line) => !reports.takeOutput(line));
  if (settings.patterns.length === 0 || others.length === 0) return;
  for (const found of await matcher.match(others)) reports.takeFound(found);
}

/** @returns the most memory that the program was seen with, in bytes */
async function followReportFile(
  tail: FileTail,
  { ended, pid }: Program,
  reports: ProgramReports,
): Promise<number | null> {
  const splitter = new LineSplitter();
  let [hasEnded, peak]: [boolean, number | null] = [false, null];
  for (;;) {
    const bytes = await tail.read();
    for (const line of splitter.push(bytes)) reports.takeRecord(line);
    if (bytes.length > 0) continue;
    if (hasEnded) break;
    peak = (await readPeakMemory(pid)) ?? peak;
    // What was written before the end is read after it.
    hasEnded = (await Promise.race([ended, sleep(POLL_MS, null)])) !== null;
  }
  for (const line of splitter.end()) reports.takeRecord(line);
  return peak;
}
