import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  bytesAt,
  decodeMessage,
  messageAt,
  readRecords,
  readScalars,
  textAt,
  type WireMessage,
} from '../testing/event-file.ts';
import { crc32c } from './crc32c.ts';
import { frameRecord } from './tfrecord.ts';
import { Tracker } from './tracker.ts';

t.test('the checksum gives the values of RFC 3720, appendix B.4', async (t) => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  t.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  t.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  t.equal(crc32c(ascending), 0x46dd794e);
  t.equal(crc32c(ascending.toReversed()), 0x113fdb5c);
  t.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  t.equal(crc32c(new Uint8Array()), 0);
});

t.test('a record is framed as TensorFlow frames the first one of its event files', async (t) => {
  // Every event file in the world begins with these: 24 bytes of "brain.Event:2" with a time.
  t.equal(frameRecord(new Uint8Array(24)).subarray(0, 12).toString('hex'), '1800000000000000a37f4b22');
});

/** A folder with the files of a training of two reports. */
function track(dir: string): { events: string; lines: string } {
  const tracker = new Tracker(join(dir, 'tb'), { lr: 0.25, pooling: 'max', twoStage: true, none: null });
  const report = (step: number, f1: number) =>
    tracker.write({
      step,
      progress: step / 10,
      metrics: { f1, loss: 0.5, trainLoss: 1.5, lr: 0.125, examplesPerSecond: 2000, trainSteps: 100 * step },
    });
  report(1, 0.25);
  report(2, Number.NaN);
  tracker.close('success');
  const [name] = readdirSync(join(dir, 'tb')).filter((name) => name.includes('tfevents'));
  return { events: join(dir, 'tb', name!), lines: join(dir, 'tb', 'metrics.jsonl') };
}

t.test('scalars are read back by step, under tags of training and validation', async (t) => {
  const { events } = track(t.testdir());
  const scalars = readScalars(events);
  t.same(
    scalars.filter(({ step }) => step === 100),
    [
      { tag: 'valid/f1', step: 100, value: 0.25 },
      { tag: 'valid/loss', step: 100, value: 0.5 },
      { tag: 'train/loss', step: 100, value: 1.5 },
      { tag: 'train/lr', step: 100, value: 0.125 },
      { tag: 'train/examplesPerSecond', step: 100, value: 2000 },
    ],
  );
  t.equal(scalars.length, 10);
  t.ok(Number.isNaN(scalars.find(({ tag, step }) => tag === 'valid/f1' && step === 200)!.value));
});

/** The hparams plugin's message of a tag. */
function pluginData(events: readonly WireMessage[], tag: string): WireMessage {
  const values = events.filter((event) => event.has(5)).map((event) => messageAt(messageAt(event, 5), 1));
  const metadata = messageAt(values.find((value) => textAt(value, 1) === tag)!, 9);
  const plugin = messageAt(metadata, 1);
  if (textAt(plugin, 1) !== 'hparams') throw new Error('another plugin');
  return messageAt(plugin, 2);
}

t.test('a file begins with its version, and tells the parameters and how the training ended', async (t) => {
  const before = Date.now() / 1000;
  const events = readRecords(track(t.testdir()).events).map(decodeMessage);
  t.equal(textAt(events[0]!, 3), 'brain.Event:2');
  for (const event of events) {
    const wallTime = bytesAt(event, 1).readDoubleLE();
    t.ok(wallTime >= before - 1 && wallTime <= Date.now() / 1000 + 1);
  }
  const start = messageAt(pluginData(events, '_hparams_/session_start_info'), 3);
  const entries = start.get(1)!.map((entry) => decodeMessage(entry as Buffer));
  const wireValue = (name: string) => messageAt(entries.find((entry) => textAt(entry, 1) === name)!, 2);
  t.equal(bytesAt(wireValue('lr'), 2).readDoubleLE(), 0.25);
  t.equal(textAt(wireValue('pooling'), 3), 'max');
  t.same(wireValue('twoStage').get(4), [1n]);
  t.same(wireValue('none').get(1), [0n]);
  t.same(messageAt(pluginData(events, '_hparams_/session_end_info'), 4).get(1), [1n]);
});

t.test('the same reports are lines of JSON', async (t) => {
  const { lines } = track(t.testdir());
  const [first, second] = readFileSync(lines, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(first, { step: 1, progress: 0.1, metrics: { f1: 0.25, loss: 0.5, lr: 0.125 } });
  t.equal(second.metrics.f1, null, 'not a number');
});

t.test('the decoder of these tests refuses a file with a wrong byte', async (t) => {
  const { events } = track(t.testdir());
  const bytes = readFileSync(events);
  bytes[20]! ^= 1;
  writeFileSync(events, bytes);
  t.throws(() => readRecords(events), /checksum/);
});
