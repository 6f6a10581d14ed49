import type { UseMutationResult } from '@tanstack/react-query';
import { Alert } from '#components/ui/alert.tsx';
import type { MagicRequestedView, RequestMagicInput } from '#server/people/magic-links/schema.ts';

interface LinkSentProps {
  request: Pick<
    UseMutationResult<MagicRequestedView, unknown, RequestMagicInput>,
    'isSuccess' | 'variables' | 'data'
  >;
}

/** The confirmation after a link was requested: the same whether there is such an account. */
export function LinkSent({ request: { isSuccess, variables, data } }: LinkSentProps) {
  return (
    <div role="status">
      {isSuccess && variables && data && (
        <Alert variant="info">
          If {variables.email} belongs to an account here, a link is on its way. It works once, for{' '}
          {data.lifeMinutes} minutes.
        </Alert>
      )}
    </div>
  );
}
