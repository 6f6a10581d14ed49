import { permitted, rest, router } from '#server/core/procedures/builders.ts';
import { listAttention } from '#server/credentials/alerts/list-attention.ts';
import { attentionView, listAttentionInput } from '#server/credentials/alerts/schema.ts';

export const attentionRouter = router({
  list: permitted('tokens:admin')
    .meta(
      rest('GET', '/admin/attention', 'List agents, tool servers and tokens that need attention, and why'),
    )
    .input(listAttentionInput)
    .output(attentionView)
    .query(({ ctx }) => listAttention(ctx)),
});
