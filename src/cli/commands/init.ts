import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDemo } from '../../datasets/index.ts';
import { UsageError } from '../../domain/errors.ts';
import { splitModelNames } from '../../domain/joint-models.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { defineCommand } from '../command.ts';
import { loadModel } from '../compose.ts';
import { studyFileJsonSchema } from '../config/study-file-schema.ts';
import { studyTemplate } from '../init/study-template.ts';
import { plain } from '../output/plain.ts';

const DEMO_DIR = join('data', 'demo');

/** `hpo init`: a study file to begin with, and demo data if asked. */
export default defineCommand({
  name: 'init',
  summary: 'Write a commented study file to begin with',
  positionals: { name: { kind: 'string', describe: 'name of the study and its file [default: the model]' } },
  options: {
    model: { kind: 'string', describe: 'what is trained', fallback: 'fasttext' },
    train: { kind: 'string', describe: 'training data', aliases: ['train-path'] },
    valid: { kind: 'string', describe: 'validation data', aliases: ['valid-path'] },
    test: { kind: 'string', describe: 'test data', aliases: ['test-path'] },
    demo: { kind: 'flag', describe: `make demo data in ${DEMO_DIR} and use it` },
    force: { kind: 'flag', describe: 'replace a study file that is there' },
  },
  examples: [
    'init --demo',
    'init sentiment --train my/train.txt --valid my/valid.txt',
    'init sentiment --force',
  ],
  run: async (args, io) => {
    const { name: model } = await loadModel(args.model ?? 'fasttext');
    const study = checkName(args.name ?? splitModelNames(model).join('-'));
    const path = join('studies', `${study}.yaml`);
    if (existsSync(path) && !args.force) {
      throw new UsageError(`${path} is there already`, { fix: 'another name, or --force to replace it' });
    }
    const demo = args.demo ? await makeDemo() : null;
    const train = args.train ?? demo?.train ?? null;
    await mkdir('studies', { recursive: true });
    await writeFile(
      path,
      studyTemplate({
        model,
        study,
        train,
        valid: args.valid ?? demo?.valid ?? null,
        test: args.test ?? demo?.test ?? null,
      }),
    );
    const schema = join('studies', 'study.schema.json');
    // For editors: the first line of the study file points to it.
    if (!existsSync(schema)) await writeFile(schema, `${JSON.stringify(studyFileJsonSchema(), null, 2)}\n`);
    io.print(plain(path));
    if (train === null)
      io.note(`name your training data in ${plain(path)}, or give --train to the next command`);
    io.next(`hpo optimize --study-file ${shellWord(path)}`);
    return 0;
  },
});

/** The name becomes a file's: it must not lead anywhere else. */
function checkName(name: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name)) return name;
  throw new UsageError(`"${name}" cannot name a study file`, { fix: 'use letters, digits, - and _' });
}

/** Demo data that is there is used, never replaced. */
async function makeDemo(): Promise<{ train: string; valid: string; test: string }> {
  if (!existsSync(join(DEMO_DIR, 'train.txt'))) await writeDemo(DEMO_DIR);
  const at = (part: string): string => join(DEMO_DIR, `${part}.txt`);
  return { train: at('train'), valid: at('valid'), test: at('test') };
}
