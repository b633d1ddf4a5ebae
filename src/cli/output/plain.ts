import { stripVTControlCharacters } from 'node:util';

/** C0, DEL, C1 and the bidi controls: they may move the cursor, hide text or turn it round. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from outside (labels, names, logs, messages) as one harmless line for a terminal. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\n\r]+/g, ' ')
    .replace(CONTROLS, '');
}
