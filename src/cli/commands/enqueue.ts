import { readFileSync } from 'node:fs';
import { UsageError } from '../../domain/errors.ts';
import type { Json } from '../../domain/trial.ts';
import { defineCommand } from '../command.ts';
import { withStorage } from '../compose.ts';
import { parseAssignments } from '../config/assignments.ts';
import { checkParams, paramsOfTrial } from '../operations/enqueued-params.ts';
import { commandForWaiting } from '../operations/waiting-command.ts';
import { studyOptions } from '../output/next-command.ts';
import { printListing } from '../output/print-listing.ts';
import { formatPairs } from '../output/readable.ts';
import { findStudy } from '../which-study.ts';
import { findTrial } from '../which-trial.ts';

/** `hpo enqueue`: a configuration to be tried next; what it leaves open is sampled. */
export default defineCommand({
  name: 'enqueue',
  summary: 'Put a configuration first in line',
  positionals: { params: { kind: 'list', describe: 'values: lr=0.1 loss=softmax' } },
  options: {
    setParam: { kind: 'list', describe: 'a value: lr=0.1' },
    json: { kind: 'string', describe: 'values as a JSON object; @FILE or - (standard input) reads one' },
    from: { kind: 'integer', describe: "begin with this trial's values" },
  },
  examples: ['enqueue lr=0.1 wordNgrams=2', 'enqueue --from 17 lr=0.2', `enqueue --json '{"lr": 0.1}'`],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const study = await findStudy(storage, args.study);
      const options = studyOptions(io, args, study.name);
      const trials = await storage.getTrials(study.id);
      const given = {
        ...(args.from === undefined ? {} : paramsOfTrial(findTrial(study, trials, args.from, options))),
        ...(args.json === undefined ? {} : readJson(args.json)),
        ...parseAssignments([...(args.params ?? []), ...(args.setParam ?? [])], '--set-param'),
      };
      if (Object.keys(given).length === 0)
        throw new UsageError('which values are to be tried?', { fix: 'hpo enqueue lr=0.1, or --from N' });
      const { params, warnings } = checkParams(study, trials, given);
      for (const warning of warnings) io.warn(warning);
      const number = await storage.enqueue(study.id, params);
      if (io.format === 'table') io.print(`trial ${number} waits: ${formatPairs(params)}`);
      else {
        const columns = [{ name: 'number' }, { name: 'params' }, { name: 'warnings' }];
        printListing(io, { rows: [{ number, params, warnings }], columns, single: true });
      }
      io.next(commandForWaiting(study, options, 1));
      return 0;
    }),
});

function readJson(text: string): Record<string, Json> {
  const source =
    text === '-' ? readFile('/dev/stdin') : text.startsWith('@') ? readFile(text.slice(1)) : text;
  let value: unknown;
  try {
    value = JSON.parse(source, (key, member) => (key === '__proto__' ? undefined : member));
  } catch (cause) {
    throw new UsageError('--json is no JSON', { details: [(cause as Error).message], cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, Json>;
  throw new UsageError('--json must be an object', { fix: `--json '{"lr": 0.1}'` });
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`--json: ${(cause as Error).message}`, { cause });
  }
}
