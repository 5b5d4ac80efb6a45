const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^refund is not seen/, 'refund_unseen'],
  [/^refund refused/, 'refund_refused'],
  [/^acquirer says voided/, 'voided'],
  [/^acquirer holds money/, 'held'],
  [/names another payment/, 'foreign'],
  [/^acquirer's payment .*expected/, 'other_number'],
  [/^acquirer says refunded \d+ of/, 'part_refunded'],
  [/^acquirer says \w+ in .*expected/, 'currency'],
  [/^acquirer says \w+ for .*expected/, 'amount'],
];

/** What kind of trouble a noted problem of a payment is; its words are for programmers. */
export function problemKind(problem: string): string {
  return KINDS.find(([pattern]) => pattern.test(problem))?.[1] ?? 'other';
}
