import type { ServerResponse } from 'node:http';
import type { Config } from '#server/config.ts';
import type { AppError } from '#server/errors.ts';
import { toProblem } from '#server/http/problem.ts';

/** What no answer goes without. Pages replace the policy by one that lets their own scripts run. */
export function setSecurityHeaders(res: ServerResponse, config: Config): void {
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Referrer-Policy', 'same-origin');
  res.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  res.setHeader('X-Frame-Options', 'DENY');
  res.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
  res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  res.setHeader('Cache-Control', 'no-store');
  if (config.url.protocol === 'https:')
    res.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  type = 'application/json',
): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': length });
  // What is ASCII needs no encoding.
  res.end(text, length === text.length ? 'latin1' : 'utf8');
}

/** Answers with a problem document, unless an answer has begun: then all that is left is to break it off. */
export function sendProblem(res: ServerResponse, error: AppError, requestId: string): void {
  if (res.headersSent) return void res.destroy();
  if (error.status === 401) res.setHeader('WWW-Authenticate', challenge(error));
  if (error.retryAfterSeconds !== undefined) res.setHeader('Retry-After', error.retryAfterSeconds);
  // The rest of a body that was refused half read would be taken for the next request.
  if (error.code === 'body_too_large') res.setHeader('Connection', 'close');
  sendJson(res, error.status, toProblem(error, requestId), 'application/problem+json');
}

/** RFC 6750: no error code where no token was sent. */
function challenge(error: AppError): string {
  return /^(token|secret)_/.test(error.code)
    ? 'Bearer realm="Keyward", error="invalid_token"'
    : 'Bearer realm="Keyward"';
}
