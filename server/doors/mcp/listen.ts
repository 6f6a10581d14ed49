import type { McpCall, Method } from '#server/doors/mcp/method.ts';
import { RpcError } from '#server/doors/mcp/rpc-error.ts';
import { listenParams, metaKeys } from '#server/doors/mcp/schema.ts';
import { takePlace } from '#server/doors/mcp/take-place.ts';
import { AppError } from '#server/errors.ts';

const gatherMs = 500;

/** `subscriptions/listen`: a stream that says when the list of tools may have changed, until either side ends it. */
export const listen: Method = async (call) => {
  const parsed = listenParams.safeParse(call.request.params);
  if (!parsed.success) throw new RpcError('invalidParams', 'Say in params.notifications what to listen for.');
  const { ctx, exchange, reply, request } = call;
  const { openCalls } = ctx.runtime;
  await takePlace(exchange, openCalls.listeners, {
    party: ctx.principal.origin.id,
    refusal: 'This credential holds as many streams open as it may. Close another one first.',
  });
  if (!reply.stream())
    throw new AppError(
      'unavailable',
      'This server holds as many streams as it may. Try again in a few seconds.',
    );
  const notifications = parsed.data.notifications.toolsListChanged ? { toolsListChanged: true } : {};
  const _meta = { [metaKeys.subscription]: request.id };
  reply.notify('notifications/subscriptions/acknowledged', { notifications, _meta });
  if (!notifications.toolsListChanged) return { _meta };
  await untilEnd(call, () => reply.notify('notifications/tools/list_changed', { _meta }));
  if (!reply.signal.aborted) reply.leave();
  return undefined;
};

async function untilEnd({ ctx, reply, request, since }: McpCall, onChange: () => void): Promise<void> {
  const ended = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const close = ctx.runtime.openCalls.open({
    principal: ctx.principal,
    id: request.id,
    since,
    kind: 'listen',
    end: () => ended.resolve(),
    onChange() {
      timer ??= setTimeout(() => {
        timer = undefined;
        onChange();
      }, gatherMs);
    },
  });
  reply.signal.addEventListener('abort', () => ended.resolve());
  if (reply.signal.aborted) ended.resolve();
  await ended.promise;
  clearTimeout(timer);
  close();
}
