import { listAttention } from '#server/attention/list.ts';
import { attentionView, listAttentionInput } from '#server/attention/schema.ts';
import { permitted, rest, router } from '#server/trpc/init.ts';

export const attentionRouter = router({
  list: permitted('tokens:admin')
    .meta(rest('GET', '/admin/attention', 'List tokens that need attention, and why'))
    .input(listAttentionInput)
    .output(attentionView)
    .query(({ ctx }) => listAttention(ctx)),
});
