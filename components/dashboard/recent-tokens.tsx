'use client';
import { StatusBadge } from '#components/tokens/status.tsx';
import { Card } from '#components/ui/card.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { agoWords, exactWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { TokenView } from '#server/credentials/tokens/schema.ts';

export function RecentTokens({ tokens }: { tokens: readonly TokenView[] }) {
  return (
    <section aria-labelledby="recent">
      <div className="mb-3 flex items-baseline justify-between">
        <h2 id="recent" className="text-base font-semibold">
          Recently used
        </h2>
        <PageLink
          href="/tokens?sort=used"
          className="rounded-tag text-sm font-medium text-accent-ink hover:underline"
        >
          All my tokens
        </PageLink>
      </div>
      <Card>
        <ul>
          {tokens.map(
            (token) =>
              token.lastUsedAt && (
                <li key={token.id} className="not-first:border-t not-first:border-line">
                  <Row token={token} lastUsedAt={token.lastUsedAt} />
                </li>
              ),
          )}
        </ul>
      </Card>
    </section>
  );
}

/** One link, and so no tooltip inside it: a browser's own title tells the exact time. */
function Row({ token, lastUsedAt }: { token: TokenView; lastUsedAt: string }) {
  const now = useNow();
  return (
    <PageLink
      href={`/tokens?search=${encodeURIComponent(token.prefix)}`}
      className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 rounded-card px-4 py-2.5 transition-colors duration-120 hover:bg-hover focus-visible:-outline-offset-2 @2xl:grid-cols-[minmax(0,1fr)_6.5rem_8rem_9.5rem]"
    >
      <span className="flex min-w-0 items-baseline gap-3">
        <span className="truncate font-medium">{token.name}</span>
        <code className="hidden font-mono text-xs text-faint @2xl:inline">{token.prefix}</code>
      </span>
      <StatusBadge status={token.status} />
      <time
        dateTime={lastUsedAt}
        title={exactWords(new Date(lastUsedAt))}
        className="text-sm first-letter:uppercase"
      >
        {agoWords(new Date(lastUsedAt), now)}
      </time>
      <span className="truncate text-right text-sm text-faint @2xl:text-left">{token.lastUsedIp}</span>
    </PageLink>
  );
}
