import { z } from 'zod';
import { linkIdInput, linkPageView, listLinksInput } from '#server/core/one-time-codes/schema.ts';
import { permitted, rest, router } from '#server/core/procedures/builders.ts';
import { listLinks } from '#server/people/open-links/list-links.ts';
import { revokeLink } from '#server/people/open-links/revoke-link.ts';

export const linksRouter = router({
  list: permitted('users:read')
    .meta(rest('GET', '/links', 'List what was handed out and still works'))
    .input(listLinksInput)
    .output(linkPageView)
    .query(({ ctx, input }) =>
      listLinks(ctx.runtime.db, { tenantId: ctx.principal.tenantId, at: ctx.now() }, input),
    ),
  revoke: permitted('users:write')
    .meta(
      rest('DELETE', '/links/{id}', 'Revoke an invite, a reset link, a chosen password or a code', {
        status: 204,
        errors: ['not_found'],
      }),
    )
    .input(linkIdInput)
    .output(z.null())
    .mutation(({ ctx, input }) => revokeLink(ctx, input)),
});
