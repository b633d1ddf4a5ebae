import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import type { ValidationPredictions } from '../domain/validation-predictions.ts';
import { ATTEMPT_FILES, ProtocolError, readPredictions, writePredictions } from './index.ts';

const PREDICTIONS: ValidationPredictions = {
  dataSha256: 'abc',
  documents: 5,
  positions: [0, 2],
  labels: ['ham', 'spam'],
  multiLabel: false,
  threshold: null,
  gold: [[0], [-1]],
  predicted: [[0], []],
  top: [
    [0, 0.9, 1, 0.1],
    [1, 0.6],
  ],
};

t.test('predictions are read as they were written', async (t) => {
  const dir = t.testdir();
  t.equal(await readPredictions(dir), null, 'none yet');
  await writePredictions(dir, PREDICTIONS);
  t.match(await readPredictions(dir), PREDICTIONS);
});

t.test('what is no predictions file is refused', async (t) => {
  const broken = {
    text: Buffer.from('no gzip'),
    json: gzipSync('{'),
    list: gzipSync('[]'),
    labels: gzipSync(JSON.stringify({ ...PREDICTIONS, predicted: [[2], [0]] })),
    unknown: gzipSync(JSON.stringify({ ...PREDICTIONS, predicted: [[-1], [0]] })),
    rows: gzipSync(JSON.stringify({ ...PREDICTIONS, gold: [[0]] })),
    positions: gzipSync(JSON.stringify({ ...PREDICTIONS, positions: [0, 5] })),
    bomb: gzipSync(Buffer.alloc(40 << 20, 0x20)),
  };
  for (const [name, bytes] of Object.entries(broken)) {
    const dir = t.testdir({ [ATTEMPT_FILES.predictions]: bytes });
    await t.rejects(readPredictions(dir), ProtocolError, name);
  }
  const dir = t.testdir({ elsewhere: gzipSync(JSON.stringify(PREDICTIONS)) });
  symlinkSync(join(dir, 'elsewhere'), join(dir, ATTEMPT_FILES.predictions));
  await t.rejects(readPredictions(dir), ProtocolError, 'a link');
  const folder = t.testdir();
  mkdirSync(join(folder, ATTEMPT_FILES.predictions));
  await t.rejects(readPredictions(folder), ProtocolError, 'a folder');
});
