import type { Io } from './io.ts';
import { type Listing, renderListing } from './listing.ts';
import { plain } from './plain.ts';
import type { TableStyle } from './table.ts';

/** Prints a listing as `-f` and `--columns` ask for it. */
export function printListing(io: Io, listing: Listing): void {
  const text = renderListing(listing, { format: io.format, columns: io.columns, style: tableStyle(io) });
  // CSV keeps values as they are, which is right for programs and wrong for a terminal.
  io.print(io.format === 'csv' && onTerminal() ? text.split('\n').map(plain).join('\n') : text);
}

/** Tables are cut to the terminal's width, and only on a terminal. */
export function tableStyle(io: Io): TableStyle {
  return { width: onTerminal() ? io.width : Number.POSITIVE_INFINITY, colors: io.colors, ascii: io.ascii };
}

function onTerminal(): boolean {
  return process.stdout.isTTY === true;
}
