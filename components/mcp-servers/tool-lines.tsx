import { MarkedText } from './marked-text.tsx';

interface ToolLine {
  name: string;
  description: string | null;
}

/** What tools are called and what they say, with what a reader would not see. */
export function ToolLines({ tools }: { tools: readonly ToolLine[] }) {
  return (
    <ul className="divide-y divide-line rounded-control border border-line bg-surface">
      {tools.map(({ name, description }) => (
        <li
          key={name}
          className="px-3 py-2 text-sm [contain-intrinsic-size:auto_3.75rem] [content-visibility:auto]"
        >
          <p className="font-mono text-xs font-medium break-all text-ink">{name}</p>
          {description && (
            <p className="mt-0.5 break-words whitespace-pre-wrap text-muted">
              <MarkedText text={description} />
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
