import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { isContention, isOwnDoing, isUnavailable } from '#db/errors.ts';
import { cutText } from '#server/core/access/schema.ts';
import { AppError, errorCodes, type ErrorCode, type FieldError } from '#server/errors.ts';

/** A problem document, RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  requestId: string;
  errors?: FieldError[];
  /** With `password_change_required`: the page on which to choose a password, good once. */
  resetUrl?: string;
}

export function toProblem(error: AppError, requestId: string): Problem {
  const [, title] = errorCodes[error.code];
  return {
    type: `urn:keyward:error:${error.code}`,
    title,
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.errors && { errors: error.errors }),
    ...(error.resetUrl && { resetUrl: error.resetUrl }),
  };
}

/** What may be told of any error: a refusal as it is, and of all else nothing but that it happened. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ZodError) return fromZod(error);
  if (error instanceof TRPCError) return fromTrpc(error);
  if (isOwnDoing(error))
    return new AppError('rate_limited', 'You ask for more at once than can be done in time. Slow down.', {
      retryAfterSeconds: 1,
    });
  if (isContention(error)) {
    return new AppError(
      'unavailable',
      'Too many changes at once. Nothing was changed. Try again in a few seconds.',
      {
        cause: error,
      },
    );
  }
  if (isUnavailable(error)) {
    return new AppError('unavailable', 'The database does not answer. Try again in a few seconds.', {
      cause: error,
    });
  }
  return new AppError('internal', 'Something went wrong. Tell whoever runs this server the request id.', {
    cause: error,
  });
}

/** What tRPC refuses by itself, or wraps. */
export function fromTrpc(error: TRPCError): AppError {
  if (error.code === 'BAD_REQUEST' && error.cause instanceof ZodError) return fromZod(error.cause);
  if (error.cause && error.code === 'INTERNAL_SERVER_ERROR') return toAppError(error.cause);
  if (error.cause instanceof AppError) return error.cause;
  if (error.code === 'NOT_FOUND') return new AppError('not_found', 'There is no such procedure.');
  if (error.code === 'METHOD_NOT_SUPPORTED')
    return new AppError('method_not_allowed', 'This procedure takes another method.');
  if (error.code === 'UNSUPPORTED_MEDIA_TYPE')
    return new AppError('unsupported_media_type', 'Send the input as JSON.');
  if (error.code === 'BAD_REQUEST' || error.code === 'PARSE_ERROR')
    return new AppError('bad_request', 'The call could not be understood.');
  return toAppError(undefined);
}

function fromZod(error: ZodError): AppError {
  const errors = error.issues.flatMap(toFieldErrors).slice(0, 20);
  const [first] = errors;
  const detail = first
    ? `${first.path ? `${first.path}: ` : ''}${first.message}`
    : 'The input is not acceptable.';
  return new AppError('validation_failed', detail, { errors });
}

function toFieldErrors(issue: ZodError['issues'][number]): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: cutText([...path, key].join('.'), 200),
      message: 'Unknown field.',
    }));
  }
  return [{ path: cutText(path.join('.'), 200), message: issue.message }];
}
