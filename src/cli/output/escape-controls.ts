/** What {@link plain} takes out of texts for people, and U+2028, U+2029 and the byte order mark. */
const CONTROLS =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * JSON, or YAML with double quotes, in which every control character is a `\uXXXX` escape: those that JSON allows
 * bare (DEL, C1, bidi) too, so that printing it cannot harm a terminal. The values stay the same.
 */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Whether a text holds a control other than a line feed. */
export function hasControls(text: string): boolean {
  return text.search(CONTROLS) >= 0;
}
