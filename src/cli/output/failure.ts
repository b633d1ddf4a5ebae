import pc from 'picocolors';
import { HpoError } from '../../domain/errors.ts';
import { plain } from './plain.ts';

/** What a person reads when a command failed: what, why, fix. An unexpected error is one line and how to see more. */
export function renderFailure(error: unknown, { debug, color }: { debug: boolean; color: boolean }): string {
  const colors = pc.createColors(color);
  const label = colors.red('error:');
  const trace = debug && error instanceof Error ? `\n${error.stack}` : '';
  if (error instanceof HpoError) {
    const details = error.details
      .flatMap((detail) => detail.split('\n'))
      .map((line) => `  ${keepIndent(line)}`);
    const fix = error.fix === undefined ? [] : [`  ${colors.green('fix:')} ${plain(error.fix)}`];
    return [`${label} ${plain(error.message)}`, ...details, ...fix].join('\n') + trace;
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = debug ? '' : `\n  fix: this is a bug in hpo; run it again with HPO_DEBUG=1 to see where`;
  return `${label} ${plain(message)}${hint}${trace}`;
}

/** Carets under a source line need their spaces; everything else is made harmless. */
function keepIndent(line: string): string {
  const text = plain(line);
  return line.startsWith(' ') && !text.startsWith(' ') ? ` ${text}` : text;
}
