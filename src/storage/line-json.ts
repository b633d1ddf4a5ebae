import { z } from 'zod';
import { UsageError } from '../domain/errors.ts';
import type { StudyLine } from '../domain/study-lines.ts';

/** Every line of an export may come from anywhere: this is where it becomes typed. */
const attrs = z.array(z.tuple([z.string(), z.string()]));
const stored = z.union([z.number(), z.enum(['INF_POS', 'INF_NEG', 'NAN'])]);
const whole = z.int();
const text = z.string();

const attempt = z.strictObject({
  attempt: whole.min(0),
  token: text,
  launcher: text,
  host: text,
  gpu: text.nullable(),
  dir: text,
  pid: whole.nullable(),
  pidStartTime: text.nullable(),
  bootId: text.nullable(),
  jobId: text.nullable(),
  reportOffset: whole,
  endedAt: whole.nullable(),
  exitCode: whole.nullable(),
  signal: text.nullable(),
  failure: text.nullable(),
});

const line = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('study'),
    name: text.min(1),
    directions: z.array(z.enum(['MAXIMIZE', 'MINIMIZE', 'NOT_SET'])).min(1),
    userAttrs: attrs,
    systemAttrs: attrs,
    own: z.strictObject({ uuid: z.uuid(), spec: text, specVersion: whole, createdAt: whole }).nullable(),
  }),
  z.strictObject({
    type: z.literal('trial'),
    number: whole.min(0),
    state: z.enum(['RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING']),
    start: text.nullable(),
    complete: text.nullable(),
    values: z.array(stored),
    params: z.array(z.tuple([text, z.number(), text])),
    intermediate: z.array(z.tuple([whole, stored])),
    userAttrs: attrs,
    systemAttrs: attrs,
    metrics: z.array(z.tuple([whole, text])),
    attempts: z.array(attempt),
    excludedAt: whole.nullable(),
  }),
  z.strictObject({
    type: z.literal('event'),
    at: whole,
    trial: whole.nullable(),
    kind: text,
    payload: text,
  }),
]);

/** @param place for messages: `file:12` @throws {UsageError} no line of an export */
export function parseStudyLine(source: string, place: string): StudyLine {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw new UsageError(`${place}: no JSON`, { details: [(cause as Error).message], cause });
  }
  const parsed = line.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${place}: no line of an export`, {
    details: [`${issue!.path.join('.')}: ${issue!.message}`],
  });
}
