const CONTROLS = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * A value as one word of a shell command that a person may copy; quoted only where it must be. What would not be seen on a
 * terminal, or would command it, is escaped (bash's `$'…'`), so that the copied word still is the value.
 */
export function shellWord(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value) && !value.startsWith('-')) return value;
  if (value.search(CONTROLS) < 0) return `'${value.replaceAll("'", `'\\''`)}'`;
  const escaped = value.replace(/[\\']/g, '\\$&').replace(CONTROLS, escapeControl);
  return `$'${escaped}'`;
}

function escapeControl(char: string): string {
  const code = char.codePointAt(0)!;
  return code < 0x80
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}
