/** Writes studies/study.schema.json, which editors use, from the schema that study files are checked against. */
import { writeFileSync } from 'node:fs';
import { studyFileJsonSchema } from '../src/cli/config/study-file-schema.ts';

writeFileSync(
  new URL('../studies/study.schema.json', import.meta.url),
  `${JSON.stringify(studyFileJsonSchema(), null, 2)}\n`,
);
