import { timesWords } from '#components/tokens/daily-use-words.ts';
import type { KeyView } from '#server/credentials/api-keys/schema.ts';

/** "Used 261 times, last from 198.51.100.7". */
export function lastUseWords({ useCount, lastUsedIp }: KeyView): string {
  if (useCount === 0) return 'Never used';
  return `Used ${timesWords(useCount)}${lastUsedIp ? `, last from ${lastUsedIp}` : ''}`;
}
