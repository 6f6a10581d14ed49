import { agoWords } from '#components/ui/time-words.ts';
import { faultWords } from '#server/core/upstream/schema.ts';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';

/** "1 tool", "1,470 tools" */
export const toolCount = (count: number) =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? 'tool' : 'tools'}`;

/** New and changed tools, which wait for someone to read them. */
export const heldCount = ({ tools }: ServerView) => tools.new + tools.changed;

/** Why a server is not well, and what to do; null for one that is, and for one that is switched off. */
export function healthWords({ enabled, health, tools }: ServerView, now: Date): string | null {
  if (!enabled || health.status === 'up') return null;
  const { fault, since } = health;
  if (!fault)
    return `${toolCount(tools.leftOut)} that it lists cannot be kept: too large, not valid, or too many.`;
  const { said, advice } = faultWords[fault];
  const ago = agoWords(new Date(since), now);
  return health.status === 'down'
    ? `Went down ${ago}: ${said}. Its calls are refused. ${advice}`
    : `The last check failed: ${said}. ${advice}`;
}

/** "2 tools are held back: 1 new, 1 changed." */
export function heldWords({ tools }: ServerView): string {
  const count = tools.new + tools.changed;
  const kinds = [tools.new > 0 && `${tools.new} new`, tools.changed > 0 && `${tools.changed} changed`];
  return `${toolCount(count)} ${count === 1 ? 'is' : 'are'} held back: ${kinds.filter(Boolean).join(', ')}.`;
}

export function hiddenWords({ tools: { hidden } }: ServerView): string {
  return `${toolCount(hidden)} ${hidden === 1 ? 'is' : 'are'} hidden: another tool has the name.`;
}

export const authWords: Record<ServerView['auth'], string> = {
  none: 'Nothing',
  headers: 'Headers',
  keyward_jwt: 'A JWT that says who calls',
};
