import type * as original from '#db/errors.ts';

export const describeError: typeof original.describeError = (error) => ({
  type: 'Error',
  message: error instanceof Error ? `${error.message} ${describeCause(error)}` : String(error),
});

function describeCause({ cause }: Error): string {
  return cause === undefined ? '' : describeError(cause).message;
}
