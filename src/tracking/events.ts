import protobuf, { type Writer } from 'protobufjs/minimal.js';
import type { Params, ParamValue } from '../domain/distribution.ts';

/*
 * TensorBoard's messages, as far as they are written here. Numbers in comments are the fields' numbers in the published
 * event.proto, summary.proto, tensor.proto and, of the hparams plugin, plugin_data.proto.
 */

/** A moment, in seconds since 1970. */
type WallTime = number;

/** What an event file begins with. */
export function encodeFileVersion(wallTime: WallTime): Uint8Array {
  return startEvent(wallTime, 0).uint32(field(3, BYTES)).string('brain.Event:2').finish();
}

/** One event with a value for each tag. */
export function encodeScalars(
  wallTime: WallTime,
  step: number,
  values: Readonly<Record<string, number>>,
): Uint8Array {
  const event = startEvent(wallTime, step).uint32(field(5, BYTES)).fork();
  for (const [tag, value] of Object.entries(values)) {
    event.uint32(field(1, BYTES)).fork();
    event.uint32(field(1, BYTES)).string(tag);
    event.uint32(field(2, FIXED32)).float(value).ldelim();
  }
  return event.ldelim().finish();
}

/** The parameters of a run, as the hparams plugin wants them. */
export function encodeSessionStart(wallTime: WallTime, params: Params): Uint8Array {
  return encodePluginData(wallTime, '_hparams_/session_start_info', (data) => {
    data.uint32(field(3, BYTES)).fork();
    for (const [name, value] of Object.entries(params)) {
      data.uint32(field(1, BYTES)).fork();
      data.uint32(field(1, BYTES)).string(name);
      data.uint32(field(2, BYTES)).fork();
      writeValue(data, value);
      data.ldelim().ldelim();
    }
    data.uint32(field(5, FIXED64)).double(wallTime).ldelim();
  });
}

/** How a run ended; `Status` of the plugin. */
export const SESSION_STATUS = { success: 1, failure: 2 } as const;
export type SessionStatus = keyof typeof SESSION_STATUS;

export function encodeSessionEnd(wallTime: WallTime, status: SessionStatus): Uint8Array {
  return encodePluginData(wallTime, '_hparams_/session_end_info', (data) => {
    data.uint32(field(4, BYTES)).fork();
    data.uint32(field(1, VARINT)).int32(SESSION_STATUS[status]);
    data.uint32(field(2, FIXED64)).double(wallTime).ldelim();
  });
}

/** A summary whose value is in the plugin's own message; the tensor is there because a value must have one. */
function encodePluginData(wallTime: WallTime, tag: string, writeContent: (data: Writer) => void): Uint8Array {
  const content = protobuf.Writer.create();
  writeContent(content);
  const event = startEvent(wallTime, 0).uint32(field(5, BYTES)).fork();
  event.uint32(field(1, BYTES)).fork();
  event.uint32(field(1, BYTES)).string(tag);
  event.uint32(field(8, BYTES)).fork();
  event.uint32(field(1, VARINT)).int32(DT_FLOAT);
  event.uint32(field(2, BYTES)).fork().ldelim();
  event.uint32(field(5, BYTES)).fork().float(0).ldelim().ldelim();
  event.uint32(field(9, BYTES)).fork();
  event.uint32(field(1, BYTES)).fork();
  event.uint32(field(1, BYTES)).string('hparams');
  event.uint32(field(2, BYTES)).bytes(content.finish()).ldelim();
  event.uint32(field(4, VARINT)).int32(DATA_CLASS_TENSOR).ldelim();
  return event.ldelim().ldelim().finish();
}

const DT_FLOAT = 1;
const DATA_CLASS_TENSOR = 2;

/** A google.protobuf.Value. */
function writeValue(writer: Writer, value: ParamValue): void {
  if (value === null) writer.uint32(field(1, VARINT)).int32(0);
  else if (typeof value === 'number') writer.uint32(field(2, FIXED64)).double(value);
  else if (typeof value === 'string') writer.uint32(field(3, BYTES)).string(value);
  else writer.uint32(field(4, VARINT)).bool(value);
}

function startEvent(wallTime: WallTime, step: number): Writer {
  const event = protobuf.Writer.create().uint32(field(1, FIXED64)).double(wallTime);
  return step === 0 ? event : event.uint32(field(2, VARINT)).int64(step);
}

const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];

/** A field's key: its number and how its value is laid out. */
const field = (number: number, layout: number): number => (number << 3) | layout;
