import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createStudy, loadStudy, openStorage, optimize, UsageError } from '../index.ts';

t.setTimeout(120_000);

t.test(
  'a program is searched over from code, with fixed values, a pattern and the best report',
  async (t) => {
    const dir = t.testdir();
    const storage = await openStorage(join(dir, 'trials.db'), { create: true });
    t.teardown(() => storage.close());
    // Says its best loss first, and what it was given.
    const script = join(dir, 'program.sh');
    writeFileSync(script, 'echo "loss $1"; echo "loss 99"; echo "words: $2 $3"\n');
    const program = {
      name: 'program',
      command: `sh '${script}' {x} {args}`,
      space: { x: { type: 'float', low: 1, high: 2 } },
      fixed: { mode: 'fast lane' },
      metric: 'loss',
      metricRegex: 'loss=loss (\\S+)',
      finalFrom: 'best',
    } as const;
    await createStudy(storage, program);
    const study = await loadStudy(storage, 'program');
    const spec = { model: 'command', data: null, fixed: { mode: 'fast lane' } };
    t.match(study, { directions: ['minimize'], spec });
    const { best } = await optimize(storage, study, { nTrials: 1, runsDir: join(dir, 'runs') });
    t.match(best, { state: 'complete', values: [best!.params['x']] });
  },
);

t.test('a command that cannot be run like that is refused before anything is stored', async (t) => {
  const storage = await openStorage(join(t.testdir(), 'trials.db'), { create: true });
  t.teardown(() => storage.close());
  const space = { x: { type: 'int', low: 0, high: 3 } } as const;
  const program = { name: 'p', command: 'sh a.sh {x}', space, metric: 'loss' };
  const wrong = [{ command: 'sh a.sh {y}' }, { command: '' }, { metricRegex: 'a=(' }];
  for (const some of wrong) await t.rejects(createStudy(storage, { ...program, ...some }), UsageError);
  await t.rejects(createStudy(storage, { ...program, finalFrom: 'first' as 'last' }), UsageError);
  t.same(await storage.listStudies(), []);
});
