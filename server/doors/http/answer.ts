import type { ServerResponse } from 'node:http';
import type { Config } from '#server/config.ts';
import { toProblem } from '#server/core/procedures/problem.ts';
import type { PresetResponse, HeaderPair } from '#server/doors/http/preset-response.ts';
import { problemPagePolicy, writeProblemPage } from '#server/doors/http/problem-page.ts';
import type { AppError } from '#server/errors.ts';

/** What no answer goes without. Pages replace the policy by one that lets their own scripts run. */
export function presetHeaders(res: PresetResponse, config: Config, requestId: string): void {
  res.preset(...securityHeadersOf(config), ['X-Request-Id', requestId]);
}

const securityHeaders: readonly HeaderPair[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['X-Frame-Options', 'DENY'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=()'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Cache-Control', 'no-store'],
];
const overTls: readonly HeaderPair[] = [
  ...securityHeaders,
  ['Strict-Transport-Security', 'max-age=31536000'],
];

const securityHeadersOf = ({ url }: Config) => (url.protocol === 'https:' ? overTls : securityHeaders);

/** An answer as it goes over the wire, for a connection on which there is no request to answer. It is the last one there. */
export function bareAnswer(status: string, config: Config, extra: readonly HeaderPair[] = []): string {
  const headers = [['Connection', 'close'], ['Content-Length', '0'], ...extra, ...securityHeadersOf(config)];
  return `HTTP/1.1 ${status}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  type = 'application/json',
): void {
  sendText(res, status, JSON.stringify(body), type);
}

function sendText(res: ServerResponse, status: number, text: string, type: string): void {
  const length = Buffer.byteLength(text);
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': length });
  // What is ASCII needs no encoding.
  res.end(text, length === text.length ? 'latin1' : 'utf8');
}

/** Answers with a problem document. Once an answer has begun, all that is left is to end it. */
export function sendProblem(res: ServerResponse, error: AppError, requestId: string): void {
  if (!setProblemHeaders(res, error)) return;
  sendJson(res, error.status, toProblem(error, requestId), 'application/problem+json');
}

/** The same as a person reads it. */
export function sendProblemPage(res: ServerResponse, error: AppError, requestId: string): void {
  if (!setProblemHeaders(res, error)) return;
  res.setHeader('Content-Security-Policy', problemPagePolicy);
  const page = writeProblemPage(toProblem(error, requestId));
  sendText(res, error.status, page, 'text/html; charset=utf-8');
}

function setProblemHeaders(res: ServerResponse, error: AppError): boolean {
  if (res.headersSent) {
    res.destroy();
    return false;
  }
  const isChallenged = error.status === 401 || error.code === 'resource_denied';
  // A door may have said more.
  if (isChallenged && !res.hasHeader('WWW-Authenticate')) res.setHeader('WWW-Authenticate', challenge(error));
  if (error.retryAfterSeconds !== undefined) res.setHeader('Retry-After', error.retryAfterSeconds);
  return true;
}

/** RFC 6750: no error code where no token was sent. */
function challenge(error: AppError): string {
  if (error.code === 'resource_denied') return 'Bearer realm="Keyward", error="insufficient_scope"';
  return /^(token|secret)_/.test(error.code)
    ? 'Bearer realm="Keyward", error="invalid_token"'
    : 'Bearer realm="Keyward"';
}
