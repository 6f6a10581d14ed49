'use client';
import { useMutation } from '@tanstack/react-query';
import { CircleCheck, Radio } from 'lucide-react';
import { useState } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import type { ServerTestView } from '#server/gateway/mcp-servers/schema.ts';
import { connectionPart, type ServerValues } from './server-form-schema.ts';
import { toolCount } from './server-words.ts';
import { ToolLines } from './tool-lines.tsx';

const fields = ['url', 'auth', 'headers'] as const;

/** Tries what is filled in, and saves nothing. A result stands for as long as what was tried does. */
export function ConnectionTest() {
  const { control, getValues, trigger, clearErrors } = useFormContext<ServerValues>();
  const now = JSON.stringify(useWatch({ control, name: fields }));
  const [tried, setTried] = useState<string | null>(null);
  const test = useMutation(trpc.mcpServers.try.mutationOptions({ gcTime: 0 }));
  async function start() {
    const filled = connectionPart.safeParse(getValues());
    if (!filled.success) return void (await trigger(fields));
    clearErrors(fields);
    setTried(now);
    test.mutate(filled.data);
  }
  const isCurrent = tried === now;
  return (
    <div className="grid gap-3 border-t border-line pt-4">
      <Button
        className="justify-self-start"
        pending={test.isPending}
        pendingLabel="Testing…"
        onClick={() => void start()}
      >
        <Radio aria-hidden />
        Test
      </Button>
      <div aria-live="polite">
        {isCurrent && test.data && <Result found={test.data} />}
        {isCurrent && test.error && <Alert variant="danger">{sentenceOf(problemOf(test.error))}</Alert>}
      </div>
    </div>
  );
}

function Result({ found: { ok, ms, tools, message } }: { found: ServerTestView }) {
  if (!ok) return <Alert variant="warn">{message}</Alert>;
  return (
    <div className="rounded-control bg-ok-soft px-3 py-2.5 text-sm">
      <p className="flex gap-2.5 text-ok">
        <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
        It answered in {ms} ms: MCP of 2026-07-28, {toolCount(tools.length)}.
      </p>
      {tools.length > 0 && (
        <Disclosure label="Show its tools">
          <ToolLines tools={tools} />
        </Disclosure>
      )}
    </div>
  );
}
