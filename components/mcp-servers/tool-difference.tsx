import { cx } from 'class-variance-authority';
import type { ToolDifferenceView } from '#server/gateway/mcp-tools/schema.ts';
import { type DiffPart, diffTexts } from './diff-texts.ts';
import { MarkedText } from './marked-text.tsx';

const fieldWords: Record<ToolDifferenceView['field'], string> = {
  title: 'Title',
  description: 'Description',
  inputSchema: 'What it takes',
  outputSchema: 'What it answers',
  annotations: 'Hints',
};

/** Of what stayed the same so many words or lines are shown beside what did not. */
const around = { words: 24, lines: 2 };

/** What a tool says now that it did not when it was approved, field by field. */
export function ToolDifference({ difference }: { difference: readonly ToolDifferenceView[] }) {
  return (
    <dl className="grid gap-3">
      {difference.map((changed) => (
        <div key={changed.field}>
          <dt className="text-xs font-medium text-faint">{fieldWords[changed.field]}</dt>
          <dd className="mt-1">
            <FieldDifference changed={changed} />
            <Suspects suspects={changed.suspects} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function FieldDifference({ changed: { field, before, after } }: { changed: ToolDifferenceView }) {
  const isProse = field === 'title' || field === 'description';
  const text = 'rounded-control bg-sunken px-3 py-2 text-sm whitespace-pre-wrap break-words';
  if (before === null)
    return (
      <p className={cx(text, !isProse && 'font-mono text-xs!')}>
        <MarkedText text={after ?? ''} />
      </p>
    );
  const parts = isProse
    ? diffTexts(wordsOf(before), wordsOf(after ?? ''))
    : diffTexts(before.split('\n'), (after ?? '').split('\n'));
  if (isProse)
    return (
      <p className={text}>
        {parts.map((part, index) => (
          <Words
            key={keyOf(part, index)}
            part={part}
            isFirst={index === 0}
            isLast={index === parts.length - 1}
          />
        ))}
      </p>
    );
  return (
    <div className="rounded-control bg-sunken py-1.5 font-mono text-xs">
      {parts.map((part, index) => (
        <Lines
          key={keyOf(part, index)}
          part={part}
          isFirst={index === 0}
          isLast={index === parts.length - 1}
        />
      ))}
    </div>
  );
}

/** Each with the white space after it, so that they make the text again. */
const wordsOf = (text: string) => text.match(/\S+\s*|\s+/g) ?? [];

const keyOf = ({ kind }: DiffPart, index: number) => `${index} ${kind}`;

interface PartProps {
  part: DiffPart;
  isFirst: boolean;
  isLast: boolean;
}

function Words({ part: { kind, tokens }, isFirst, isLast }: PartProps) {
  if (kind === 'removed')
    return (
      <del className="rounded-tag px-0.5 bg-danger-soft text-danger decoration-danger/60">
        <span className="sr-only">Removed: </span>
        <MarkedText text={tokens.join('')} />
      </del>
    );
  if (kind === 'added')
    return (
      <ins className="rounded-tag px-0.5 bg-ok-soft text-ok decoration-ok/60 underline-offset-2">
        <span className="sr-only">Added: </span>
        <MarkedText text={tokens.join('')} />
      </ins>
    );
  const { head, left, tail } = shorten(tokens, around.words, { isFirst, isLast });
  return (
    <>
      <MarkedText text={head.join('')} />
      {left > 0 && <span className="text-faint"> … {left} words as before … </span>}
      <MarkedText text={tail.join('')} />
    </>
  );
}

function Lines({ part: { kind, tokens }, isFirst, isLast }: PartProps) {
  if (kind === 'same') {
    const { head, left, tail } = shorten(tokens, around.lines, { isFirst, isLast });
    return (
      <>
        <LineGroup mark=" " lines={head} />
        {left > 0 && <p className="px-3 py-0.5 text-faint">… {left} lines as before</p>}
        <LineGroup mark=" " lines={tail} />
      </>
    );
  }
  return kind === 'removed' ? (
    <LineGroup mark="−" said="Removed" lines={tokens} className="bg-danger-soft text-danger" />
  ) : (
    <LineGroup mark="+" said="Added" lines={tokens} className="bg-ok-soft text-ok" />
  );
}

interface LineGroupProps {
  mark: string;
  said?: string;
  lines: readonly string[];
  className?: string;
}

function LineGroup({ mark, said, lines, className }: LineGroupProps) {
  if (lines.length === 0) return null;
  return (
    <div className={className}>
      {said && <span className="sr-only">{said}: </span>}
      {lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="flex gap-2 px-3 leading-5">
          <span aria-hidden className="w-2 shrink-0 select-none">
            {mark}
          </span>
          <span className="min-w-0 break-words whitespace-pre-wrap">
            <MarkedText text={line} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** Of what stayed the same that which stands beside a change, and how much lies between. */
function shorten(tokens: readonly string[], most: number, { isFirst, isLast }: Omit<PartProps, 'part'>) {
  const [before, after] = [isFirst ? 0 : most, isLast ? 0 : most];
  const left = tokens.length - before - after;
  if (left <= most) return { head: tokens, left: 0, tail: [] };
  return { head: tokens.slice(0, before), left, tail: tokens.slice(tokens.length - after) };
}

function Suspects({ suspects }: Pick<ToolDifferenceView, 'suspects'>) {
  const characters = suspects.filter(({ kind }) => kind === 'invisible').map(({ text }) => text);
  const comments = suspects.length - characters.length;
  if (suspects.length === 0) return null;
  const found = [
    characters.length > 0 && `characters that cannot be seen (${characters.join(', ')})`,
    comments > 0 && (comments === 1 ? 'a comment of HTML' : `${comments} comments of HTML`),
  ].filter(Boolean);
  return (
    <p className="mt-1.5 text-sm font-medium text-danger">
      A model reads what a person would not see: {found.join(' and ')}.
    </p>
  );
}
