import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openStorage } from './index.ts';

t.test('a storage may be named by a file that only its owner can read', async (t) => {
  const dir = t.testdir({ empty: '\n', loop: '@loop', url: '', passwd: 'root:x:0:0:root:/root:/bin/bash\n' });
  const file = join(dir, 'url');
  writeFileSync(file, `sqlite:${join(dir, 'trials.db')}\nnot this line\n`);
  chmodSync(file, 0o600);
  const storage = await openStorage(`@${file}`, { create: true });
  t.equal(storage.url, `sqlite:${join(dir, 'trials.db')}`);
  await storage.close();

  chmodSync(file, 0o640);
  await t.rejects(openStorage(`@${file}`, { create: true }), { exitCode: 5, message: /read by others/ });
  chmodSync(join(dir, 'passwd'), 0o644);
  await t.rejects(openStorage(`@${join(dir, 'passwd')}`, { create: true }), {
    name: 'UsageError',
    message: /passwd holds no storage URL/,
  });
  for (const name of ['empty', 'loop']) chmodSync(join(dir, name), 0o600);
  for (const name of ['empty', 'loop', 'absent'])
    await t.rejects(openStorage(`@${join(dir, name)}`, { create: true }), { name: 'UsageError' }, name);
});
