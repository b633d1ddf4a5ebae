import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { runHpo } from '../../testing/hpo-command.ts';
import { studyFileSchema } from '../config/study-file-schema.ts';
import { studyTemplate } from '../init/study-template.ts';

t.setTimeout(900_000);

const uncommented = (text: string): string =>
  text.replace(/^(\s*)# (?=[\w ]+:)/gm, '$1').replace(/^# .*$/gm, '');

t.test('a study file is written once, and optimize understands it', async (t) => {
  const dir = t.testdir();
  const first = await runHpo(['init', 'mine', '--train', 'my data/train.txt'], { cwd: dir });
  t.equal(first.code, 0, first.stderr);
  t.equal(first.stdout, 'studies/mine.yaml\n');
  t.match(first.stderr, 'next: hpo optimize --study-file studies/mine.yaml');
  const path = join(dir, 'studies', 'mine.yaml');
  t.match(studyFileSchema.parse(parse(readFileSync(path, 'utf8'))), {
    study: 'mine',
    model: 'fasttext',
    data: { train: 'my data/train.txt' },
  });
  t.match(JSON.parse(readFileSync(join(dir, 'studies', 'study.schema.json'), 'utf8')), { type: 'object' });
  const second = await runHpo(['init', 'mine'], { cwd: dir });
  t.equal(second.code, 2);
  t.match(second.stderr, '--force');
  t.equal((await runHpo(['init', '../mine'], { cwd: dir })).code, 2, 'a name is no path');
});

t.test('every suggestion in the file is valid when it is uncommented', async (t) => {
  const text = studyTemplate({ model: 'fasttext', study: 'a: b', train: null, valid: null, test: null });
  const parsed = studyFileSchema.parse(parse(uncommented(text)));
  t.match(parsed, { study: 'a: b', data: { train: 'my/train.txt', format: 'csv' }, fix: { dim: 100 } });
  t.match(parsed.space, { loss: ['softmax'] });
  t.match(parsed.run, { nTrials: 50, timeout: '2h' });
});
