import { redactSecrets } from '#server/core/secrets/format.ts';

/**
 * What a machine says its name is, as far as it may be shown; undefined where nothing is left. People and agents read it, and
 * anybody can write it: so no more than the letters of host names (RFC 1123, and the underscore that occurs), which turn no
 * text round, look like no others and make no sentence.
 */
export function machineName(text: string, maxLength = 40): string | undefined {
  const name = redactSecrets(text)
    .replace(/[^\w.-]+/g, '-')
    .slice(0, maxLength)
    .replace(/^[-._]+|[-._]+$/g, '');
  return name === '' ? undefined : name;
}
