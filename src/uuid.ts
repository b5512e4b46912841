/** The 16 bytes of a UUID (RFC 9562 §4), as tokens hold them. */
export const uuidToBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

/** The UUID that begins at `offset`, in lower case. */
export const uuidFromBytes = (bytes: Buffer, offset: number): string =>
  bytes.toString('hex', offset, offset + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
