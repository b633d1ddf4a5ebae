import type { Column, Listing } from './listing.ts';
import { renderListing } from './listing.ts';
import { formatCell, formatScore } from './readable.ts';
import type { TableStyle } from './table.ts';

/** A column of metric values. */
export function scoreColumn(name: string): Column {
  return {
    name,
    align: 'right',
    show: (value) => (typeof value === 'number' ? formatScore(value) : formatCell(value)),
  };
}

/** A titled, indented table; nothing where it has no rows. */
export function tableSection(title: string, listing: Listing, style: TableStyle): string {
  if (listing.rows.length === 0) return '';
  return section(title, renderListing(listing, { format: 'table', columns: null, style }));
}

/** A titled, indented text; nothing where it is empty. */
export function section(title: string, body: string): string {
  if (body === '') return '';
  return title === '' ? body : `${title}\n${body.replace(/^(?=.)/gm, '  ')}`;
}
