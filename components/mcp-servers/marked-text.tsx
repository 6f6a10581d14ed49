/** Characters that the server wrote as their numbers, and comments of HTML: a model reads both, a person sees neither. */
const unseen = /(⟨U\+[0-9A-F]{4,6}⟩|<!--[^]*?(?:-->|$))/;

/** What a tool says, with all that a reader would not see marked. */
export function MarkedText({ text }: { text: string }) {
  // Every second part is what the pattern found.
  return text.split(unseen).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <mark
        // oxlint-disable-next-line react/no-array-index-key
        key={index}
        title={part.startsWith('⟨') ? 'A character that cannot be seen' : 'A comment that pages do not show'}
        className="rounded-tag bg-danger-soft px-0.5 font-mono text-xs text-danger"
      >
        {part}
      </mark>
    ),
  );
}
