'use client';
import { Building2 } from 'lucide-react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { buttonClass } from '#components/ui/button.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { Section } from '#components/ui/section.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { SettingsView as Settings } from '#server/people/tenants/schema.ts';
import { AgentsForm } from './agents-form.tsx';
import { RateLimitForm } from './rate-limit-form.tsx';
import { RotationForm } from './rotation-form.tsx';
import { TokenPolicyForm } from './token-policy-form.tsx';
import { useSettings } from './use-settings.ts';

/** What is decided for everyone here, each with its range. */
export function SettingsView() {
  const { data, error } = useSettings();
  const mayTenants = useMe().data?.permissions.includes('tenants:write') ?? false;
  return (
    <>
      <PageHead title="Settings">
        {mayTenants && (
          <PageLink href="/admin/tenants" className={buttonClass({})}>
            <Building2 aria-hidden />
            Tenants
          </PageLink>
        )}
      </PageHead>
      {error && !data ? (
        <Failed error={error} />
      ) : (
        <div className="grid gap-10">
          <Section title="Token policy" lead="Applies to new tokens. Existing ones stay as they are.">
            {data ? <TokenPolicyForm settings={data} /> : <Skeleton className="h-42" />}
          </Section>
          <Section title="Rotation">
            {data ? <RotationForm settings={data} /> : <Skeleton className="h-28" />}
          </Section>
          <Section title="Agents" lead="A secret keeps its dates until it is replaced.">
            {data ? <AgentsForm settings={data} /> : <Skeleton className="h-96" />}
          </Section>
          <Section title="Rate limits" lead="For each credential, unless it has a limit of its own.">
            {data ? <RateLimitForm settings={data} /> : <Skeleton className="h-42" />}
          </Section>
          <Section title="Retention" lead="The operator of this installation decides.">
            {data ? <Retention settings={data} /> : <Skeleton className="h-5" />}
          </Section>
        </div>
      )}
    </>
  );
}

function Retention({ settings: { installation } }: { settings: Settings }) {
  const { auditRetentionDays: days } = installation;
  if (days === null) return <p>The audit log is kept for good.</p>;
  return <p>The audit log is kept for {days} days. Months are exported before they are dropped.</p>;
}
