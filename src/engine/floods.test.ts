import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { compileTrial } from '../testing/compiled-trial.ts';
import { createProcessSearch, stopAfterFirst } from '../testing/process-search.ts';
import { mountTmpfs, needsTmpfs } from '../testing/tmpfs.ts';
import { optimize } from './index.ts';
import { LOG_CAP_BYTES } from './log-cap.ts';

const entry = compileTrial(t.testdir());

t.test('a trial that prints 1 GB does not fill a disk of 512 MB', { skip: needsTmpfs() }, async (t) => {
  const runsDir = mountTmpfs(t, '512m');
  const { study, parts, options, storage } = await createProcessSearch(t, entry, {
    settings: { ending: 'print' },
  });
  await optimize(study, parts, options({ ...stopAfterFirst(), runsDir }));
  const [trial] = await storage.getTrials(study.id);
  t.match(trial, { state: 'fail', failure: { kind: 'crash', message: /^exit code 3 without a result\nx+/ } });
  const log = readFileSync(join(runsDir, study.uuid, '0', '0', '0', 'log.txt'));
  t.ok(log.length <= LOG_CAP_BYTES, `${log.length} bytes are kept`);
  t.match(log.toString('utf8', 0, 200), /^hpo: \d+ bytes of output were dropped here\n/);
});

t.test('of a million reports ten thousand are kept, and the trial completes', async (t) => {
  const given = { settings: { ending: 'report-flood' } };
  const { study, parts, options, storage, events } = await createProcessSearch(t, entry, given);
  await optimize(study, parts, options({ nTrials: 1 }));
  const [trial] = await storage.getTrials(study.id);
  t.match(trial, { state: 'complete' });
  t.equal(trial!.intermediateValues.size, 10_000);
  // What is written in the moment in which the file is emptied is lost to the count.
  const counted =
    /^trial 0: 9\d{5} lines of report\.ndjson came after the first 10000 reports and are not kept$/;
  t.match(
    events.filter(({ type }) => type === 'warning'),
    [{ message: counted }],
  );
});

t.test('the logs of good trials end up in one file of their thousand', async (t) => {
  const { study, parts, options } = await createProcessSearch(t, entry, { settings: { words: 'of wisdom' } });
  const { runsDir } = options();
  await optimize(study, parts, options({ nTrials: 2, keepModels: 0 }));
  t.equal(
    readFileSync(join(runsDir, study.uuid, '0', 'logs.txt'), 'utf8'),
    '==> trial 0, attempt 0, 10 bytes <==\nof wisdom\n\n==> trial 1, attempt 0, 10 bytes <==\nof wisdom\n\n',
  );
  t.notOk(existsSync(join(runsDir, study.uuid, '0', '0')));
});
