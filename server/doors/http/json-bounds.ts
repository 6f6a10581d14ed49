import { AppError } from '#server/errors.ts';

export interface JsonBounds {
  depth: number;
  length: number;
  values: number;
}

export const jsonBounds: JsonBounds = { depth: 20, length: 1_000, values: 20_000 };

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Holds JSON to its bounds before it is decoded and parsed, which costs many times as much as this look: a mebibyte of brackets
 * 83 ms. In UTF-8 no byte of another character looks like a bracket, a comma or a quotation mark. What is not JSON may pass.
 * Returns how many fields are written in its objects. Throws `validation_failed`.
 */
export function assertJsonBounded(json: Buffer, bounds = jsonBounds): number {
  /** Commas so far, at each depth. */
  const commas = [0];
  let all = 0;
  let fields = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === quote) at = endOfString(json, at);
    else if (character === colon) fields++;
    else if (character === comma) {
      const inList = (commas[commas.length - 1] ?? 0) + 1;
      commas[commas.length - 1] = inList;
      if (inList >= bounds.length)
        throw tooMuch(`A list or an object may hold ${bounds.length} items at most.`);
      if (++all >= bounds.values) throw tooMuch(`It may hold ${bounds.values} values at most.`);
    } else if (character === openList || character === openObject) {
      commas.push(0);
      if (commas.length > bounds.depth + 1) throw tooMuch(`Nested more than ${bounds.depth} deep.`);
    } else if (character === closeList || character === closeObject) {
      commas.pop();
    }
  }
  return fields;
}

/** Where a string ends that begins at a quotation mark: the next one with an even number of backslashes before it. */
function endOfString(json: Buffer, start: number): number {
  for (let end = json.indexOf(quote, start + 1); end >= 0; end = json.indexOf(quote, end + 1)) {
    let before = end - 1;
    while (json[before] === backslash) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return json.length;
}

function tooMuch(message: string): AppError {
  return new AppError('validation_failed', message, { errors: [{ path: '', message }] });
}
