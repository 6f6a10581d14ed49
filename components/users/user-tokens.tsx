'use client';
import { PanelSection } from '#components/ui/panel-section.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import type { UserDetailView } from '#server/people/users/schema.ts';

const shown = 5;

/** The tokens that a person used last, of those that work. */
export function UserTokens({ user: { holds } }: { user: UserDetailView }) {
  const { tokens, counts } = holds;
  const more = counts.tokens - Math.min(tokens.length, shown);
  return (
    <PanelSection title={counts.tokens > 0 ? `Tokens that work (${counts.tokens})` : 'Tokens'}>
      {tokens.length === 0 && <p className="text-sm text-muted">None that works.</p>}
      <ul className="grid gap-2">
        {tokens.slice(0, shown).map(({ id, name, prefix, lastUsedAt }) => (
          <li key={id} className="flex items-baseline gap-3 text-sm">
            <span title={name} className="min-w-0 flex-1 truncate">
              {name} <code className="font-mono text-xs text-faint">{prefix}</code>
            </span>
            <span className="shrink-0 text-xs text-faint">
              {lastUsedAt ? <TimeAgo at={lastUsedAt} before="Used" /> : 'Never used'}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="mt-2 text-xs text-faint">and {more} more</p>}
    </PanelSection>
  );
}
