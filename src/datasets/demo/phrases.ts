/** What the demo's customers write about, most frequent first. */
export const TOPICS = ['delivery', 'payment', 'account', 'returns', 'feedback', 'fraud'] as const;
export type Topic = (typeof TOPICS)[number];

/**
 * The sentences of one language. `[a|b|]` is a choice (an empty one leaves it out), `{slot}` a word from `slots` or, for
 * `n`, `k` and `sum`, a number.
 */
export interface Phrases {
  readonly slots: Readonly<Record<string, readonly string[]>>;
  readonly core: Readonly<Record<Topic, readonly string[]>>;
  /** Sentences that anyone may add: they bring words of other topics in. */
  readonly asides: readonly string[];
  readonly greetings: readonly string[];
  readonly closings: readonly string[];
  /** Whole messages that don't tell their topic. */
  readonly vague: readonly string[];
}
