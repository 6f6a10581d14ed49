import { z } from 'zod';
import { noInput } from '#server/core/access/schema.ts';
import { noticeIdInput, noticesView } from '#server/core/notifications/schema.ts';
import { permitted, permittedInSession, rest, router } from '#server/core/procedures/builders.ts';
import { dismissNotice, listNotices } from '#server/oversight/notifications/commands.ts';

export const noticesRouter = router({
  list: permitted('tokens:read')
    .meta(
      rest(
        'GET',
        '/notices',
        'What you should know about your tokens and account and, as an admin, about the audit log',
      ),
    )
    .input(noInput)
    .output(noticesView)
    .query(({ ctx }) => listNotices(ctx)),
  // Whoever stole a token could hide with it that it was seen elsewhere.
  dismiss: permittedInSession('tokens:read')
    .meta(
      rest('POST', '/notices/{id}/dismiss', 'Put a notice away', {
        status: 204,
        errors: ['not_found'],
      }),
    )
    .input(noticeIdInput)
    .output(z.null())
    .mutation(({ ctx, input }) => dismissNotice(ctx, input)),
});
