'use client';
import { Check, CircleDashed, LoaderCircle } from 'lucide-react';
import { CommandLine } from '#components/ui/command-line.tsx';
import { Countdown, useIsOver } from '#components/ui/countdown.tsx';
import { Step, Steps } from '#components/ui/steps.tsx';
import type { AgentView } from '#server/credentials/agents/schema.ts';

interface EnrollProgressProps {
  name: string;
  /** When the code ends. */
  until: Date;
  /** Null until it has used the code. */
  agent: AgentView | null;
}

/** How it goes on the agent's machine, as it happens. */
export function EnrollProgress({ name, until, agent }: EnrollProgressProps) {
  return (
    <div className="grid gap-5 not-first:border-t not-first:border-line not-first:pt-4">
      <Steps>{agent ? <Enrolled agent={agent} /> : <Waiting name={name} until={until} />}</Steps>
      {agent && !agent.online && <CommandLine text="keyward agent run" />}
    </div>
  );
}

function Waiting({ name, until }: Pick<EnrollProgressProps, 'name' | 'until'>) {
  if (useIsOver(until))
    return (
      <Step icon={CircleDashed} tone="idle" title="The code has expired">
        It was not used in time. Make a new one from the menu of {name}.
      </Step>
    );
  return (
    <Step icon={LoaderCircle} tone="waiting" title={`Waiting for ${name}`}>
      The code works for another <Countdown until={until} />.
    </Step>
  );
}

function Enrolled({ agent: { online, host, version, address, epoch } }: { agent: AgentView }) {
  return (
    <>
      <Step icon={Check} tone="ok" title={`Enrolled on ${host ?? 'its machine'}`}>
        {[version && `keyward ${version}`, address, `epoch ${epoch}`].filter(Boolean).join(' · ')}
      </Step>
      {online ? (
        <Step icon={Check} tone="ok" title="Connected">
          From now on its secret is replaced by itself.
        </Step>
      ) : (
        <Step icon={LoaderCircle} tone="waiting" title="Waiting for it to connect">
          Start it there:
        </Step>
      )}
    </>
  );
}
