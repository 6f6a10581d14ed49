import { createHash } from 'node:crypto';
import { toolLimits } from '#server/gateway/mcp-tools/schema.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const suffixLength = 6;

/**
 * What a tool is offered as: `<alias>__<tool>`, of characters that every client and model API takes. One that is too long ends
 * in a hash of the whole, so that it stays the same however many others are cut alike.
 */
export function nameTool(alias: string, rawName: string): string {
  const whole = `${alias}__${rawName}`;
  const plain = whole.replace(/[^A-Za-z0-9_-]/gu, '_');
  if (plain.length <= toolLimits.shownName) return plain;
  return `${plain.slice(0, toolLimits.shownName - suffixLength - 1)}_${base62Hash(whole)}`;
}

function base62Hash(text: string): string {
  let rest = createHash('sha256').update(text).digest().readBigUInt64BE();
  let hash = '';
  while (hash.length < suffixLength) {
    hash += alphabet[Number(rest % 62n)];
    rest /= 62n;
  }
  return hash;
}
