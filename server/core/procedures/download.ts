/**
 * An answer of any length, made while it is sent. Only the REST API can give one: tRPC refuses what
 * streams.
 */
export class Download {
  readonly type: string;
  readonly fileName: string;
  /** Begun only when somebody reads it, and ended when they go. */
  readonly body: AsyncIterable<string>;

  constructor({ type, fileName, body }: Pick<Download, 'type' | 'fileName' | 'body'>) {
    this.type = type;
    this.fileName = fileName;
    this.body = body;
  }
}
