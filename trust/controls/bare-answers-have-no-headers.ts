import type * as original from '#server/doors/http/answer.ts';

export const bareAnswer: typeof original.bareAnswer = (status) => `HTTP/1.1 ${status}\r\n\r\n`;
