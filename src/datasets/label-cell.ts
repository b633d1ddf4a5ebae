/** What a label cell says: labels (each once), or why it says none. */
export type LabelCell =
  | { readonly ok: true; readonly labels: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/**
 * The labels in a cell of a table. A JSON array of labels is always understood, `[]` being a document that has none on
 * purpose; so is an empty cell where a separator says that there may be several.
 */
export function parseLabelCell(cell: string, separator: string | undefined): LabelCell {
  const trimmed = cell.trim();
  const array = parseJsonArray(trimmed);
  if (array !== null) return parseLabelValue(array, undefined);
  if (separator !== undefined) return { ok: true, labels: distinct(trimmed.split(separator)) };
  return trimmed === '' ? { ok: false, reason: 'no label' } : { ok: true, labels: [trimmed] };
}

/** The labels in a JSON value: a string, number or boolean is one label, an array any number of them. */
export function parseLabelValue(value: unknown, separator: string | undefined): LabelCell {
  if (Array.isArray(value)) {
    const bad = value.find((item) => !isScalar(item));
    if (bad !== undefined) return { ok: false, reason: `a label is ${JSON.stringify(bad).slice(0, 40)}` };
    return { ok: true, labels: distinct(value.map(String)) };
  }
  if (value === undefined || value === null) return { ok: false, reason: 'no label' };
  if (!isScalar(value)) return { ok: false, reason: 'the label is an object' };
  return parseLabelCell(String(value), separator);
}

/** One label as it is, anything else as a JSON array, or joined where a separator is wanted. */
export function encodeLabelCell(labels: readonly string[], separator: string | undefined): string {
  if (separator !== undefined) return labels.join(separator);
  const [only] = labels;
  return labels.length === 1 && parseJsonArray(only!) === null ? only! : JSON.stringify(labels);
}

function parseJsonArray(text: string): unknown[] | null {
  if (!text.startsWith('[') || !text.endsWith(']')) return null;
  try {
    return JSON.parse(text) as unknown[];
  } catch {
    return null;
  }
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function distinct(labels: readonly string[]): string[] {
  return [...new Set(labels.map((label) => label.trim()).filter((label) => label !== ''))];
}
