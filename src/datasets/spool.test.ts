import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { describeData, readDataset } from './index.ts';
import { spoolStream } from './spool.ts';

const content = '__label__a one\n__label__b two\n';

t.test('a pipe is kept in a file named after its content', async (t) => {
  const dir = t.testdir();
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const feed = async () => {
    const writer = spawn('sh', ['-c', `printf '%s' "$0" > "${pipe}"`, content]);
    const ref = await describeData(pipe, { spoolDir: join(dir, 'data') });
    t.equal(writer.exitCode ?? 0, 0);
    return ref;
  };
  const [first, second] = [await feed(), await feed()];
  t.same(first, second, 'the same content is the same file');
  t.match(readdirSync(join(dir, 'data')), [/^stdin-[0-9a-f]{12}\.data$/]);
  t.equal(readFileSync(first.path, 'utf8'), content);
  t.equal((await readDataset(first)).dataset.documents.length, 2);
});

t.test('standard input is read to its end; nothing is an error', async (t) => {
  const dir = t.testdir();
  const script = `
    const { spoolStream } = await import(${JSON.stringify(new URL('./spool.ts', import.meta.url).href)});
    try { console.log(await spoolStream('-', ${JSON.stringify(dir)})); } catch (error) { console.log(error.message); }`;
  const run = (input: string): string =>
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      input,
      encoding: 'utf8',
    }).trim();
  t.equal(readFileSync(run(content), 'utf8'), content);
  t.match(run(''), /Nothing came/);
  t.equal(readdirSync(dir).length, 1);
  await t.rejects(spoolStream('/dev/null', dir), { message: '/dev/null is empty.' });
});

t.test('a file stays where it is', async (t) => {
  const dir = t.testdir({ 'a.txt': content });
  t.equal(await spoolStream(join(dir, 'a.txt'), dir), join(dir, 'a.txt'));
  t.equal(await spoolStream(join(dir, 'not there'), dir), join(dir, 'not there'));
});
