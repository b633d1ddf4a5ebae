/** One labelled text; several labels in a multi-label set, none where a line had none. */
export interface Document {
  readonly text: string;
  readonly labels: readonly string[];
}

/** A read data set, in file order. Labels come without a prefix such as `__label__`. */
export interface Dataset {
  readonly documents: readonly Document[];
  /** All labels, most frequent first, equal counts by code point order. */
  readonly labels: readonly string[];
  readonly multiLabel: boolean;
}

/** A data set that a trial may not need to read: an encoded copy may be cached under `sha256`. */
export interface DatasetHandle {
  /** Identifies the documents, their order and the reader's options. */
  readonly sha256: string;
  read(): Promise<Dataset>;
}
