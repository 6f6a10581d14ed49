import { ServerResponse, type OutgoingHttpHeader, type OutgoingHttpHeaders } from 'node:http';

export type HeaderPair = readonly [name: string, value: string];

/**
 * A response with preset headers, which are written with its head where it does not say otherwise. One `setHeader` for each
 * of them would cost a hot call as much as all that is done to find its token.
 */
export class PresetResponse extends ServerResponse {
  #presets: HeaderPair[] = [];

  /** Each name once. */
  preset(...headers: readonly HeaderPair[]): void {
    this.#presets.push(...headers);
  }

  /** Throws `TypeError` for a reason phrase, or a list of headers: nothing here writes one. */
  override writeHead(status: number, own: OutgoingHttpHeaders | OutgoingHttpHeader[] | string = {}): this {
    if (typeof own === 'string' || Array.isArray(own)) throw new TypeError('Give the headers as an object.');
    if (this.getHeaderNames().length > 0) {
      for (const [name, value] of this.#presets) if (!this.hasHeader(name)) this.setHeader(name, value);
      return super.writeHead(status, own);
    }
    const head: OutgoingHttpHeader[] = [];
    for (const [name, value] of Object.entries(own)) if (value !== undefined) head.push(name, value);
    for (const [name, value] of this.#presets) if (!Object.hasOwn(own, name)) head.push(name, value);
    return super.writeHead(status, head);
  }
}
