'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemOf } from '#components/api/problem.ts';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import type { ServerDetailView } from '#server/gateway/mcp-servers/schema.ts';
import { toolCount } from './server-words.ts';
import { serversKey } from './servers-key.ts';
import { serverQuery } from './servers-query.ts';

export function useRefreshServers() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: serversKey });
}

/** Shows a server as its change answered it, before it is fetched again. */
export function useShowServer() {
  const client = useQueryClient();
  return (detail: ServerDetailView) => {
    client.setQueryData(serverQuery(detail.server.id).queryKey, detail);
    return client.invalidateQueries({ queryKey: serversKey });
  };
}

export function useSwitchServer() {
  const show = useShowServer();
  return useMutation(
    trpc.mcpServers.update.mutationOptions({
      onSuccess(detail) {
        const { id, alias, enabled } = detail.server;
        toast({
          title: `${alias} is ${enabled ? 'enabled' : 'disabled'}`,
          detail: enabled
            ? 'Its tools can be called again.'
            : 'Its tools cannot be called until it is enabled.',
          about: id,
        });
        return show(detail);
      },
      onError: (error, { id }) => toastProblem(error, { about: id }),
    }),
  );
}

/** Asks a server for its tools anew. */
export function useTestServer() {
  const refresh = useRefreshServers();
  return useMutation(
    trpc.mcpServers.test.mutationOptions({
      onSuccess({ ok, ms, tools, message }, { id }) {
        if (ok)
          toast({
            title: `It answered in ${ms} ms`,
            detail: `It lists ${toolCount(tools.length)}.`,
            about: id,
          });
        else toast({ title: 'The test failed', detail: message ?? '', variant: 'error', about: id });
      },
      onError: (error, { id }) => toastProblem(error, { title: 'It was not tested', about: id }),
      onSettled: refresh,
    }),
  );
}

/** What was read is what is approved: a tool that changed meanwhile is refused by its pin, and shown anew. */
export function useApproveTools() {
  const show = useShowServer();
  const refresh = useRefreshServers();
  return useMutation(
    trpc.mcpServers.approve.mutationOptions({
      onSuccess(detail, { id, tools = [] }) {
        const title =
          tools.length === 1 ? `${tools[0]} is approved` : `${toolCount(tools.length)} are approved`;
        toast({ title, detail: 'Those who reach it can call it now.', about: id });
        return show(detail);
      },
      onError(error, { id }) {
        toastProblem(error, { title: 'Nothing was approved', about: id });
        if (problemOf(error).code === 'tool_changed') void refresh();
      },
    }),
  );
}

export function useTrustServer() {
  const show = useShowServer();
  return useMutation(
    trpc.mcpServers.trust.mutationOptions({
      onSuccess(detail) {
        const { id, alias, trusted } = detail.server;
        toast({
          title: trusted ? `${alias} is trusted` : `${alias} is no longer trusted`,
          detail: trusted
            ? 'Its new and changed tools are offered at once.'
            : 'Its new and changed tools are held back from now on.',
          about: id,
        });
        return show(detail);
      },
      onError: (error, { id }) => toastProblem(error, { about: id }),
    }),
  );
}
