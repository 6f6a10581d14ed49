'use client';
import { PageLink } from '#components/ui/page-link.tsx';
import { PanelSection } from '#components/ui/panel-section.tsx';
import type { UserDetailView } from '#server/people/users/schema.ts';

const shown = 5;

/** The agents that act for a person; nothing where none does. */
export function UserAgents({ user: { id, holds } }: { user: UserDetailView }) {
  const { agents, counts } = holds;
  if (counts.agents === 0) return null;
  const more = counts.agents - Math.min(agents.length, shown);
  return (
    <PanelSection title={`Agents (${counts.agents})`}>
      <ul className="grid gap-2 text-sm">
        {agents.slice(0, shown).map((agent) => (
          <li key={agent.id}>
            <PageLink href={`/agents?agent=${agent.id}`} className="text-accent-ink hover:underline">
              {agent.name}
            </PageLink>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p className="mt-2 text-xs text-faint">
          <PageLink href={`/agents?owner=${id}`} className="hover:underline">
            and {more} more
          </PageLink>
        </p>
      )}
    </PanelSection>
  );
}
