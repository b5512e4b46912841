/** How a stream over HTTP is cut into messages, and how its last one is written. */
export interface Framing {
  /** Where the last whole message in `text` ends; 0 for none. */
  readonly endOf: (text: string) => number;
  /** How far back from the end of a text the mark of an end may begin. */
  readonly overlap: number;
  readonly last: (error: string, isBegun: boolean) => string;
}

/** An empty line behind another line, each with one of the three line ends (WHATWG HTML §9.2.6). */
const emptyLine = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)/g;

/** Events of the server (WHATWG HTML §9.2), as graphql-sse's distinct connections have them. */
const events: Framing = {
  endOf: (text) => {
    let end = 0;
    for (const { index, 0: mark } of text.matchAll(emptyLine)) end = index + mark.length;
    return end;
  },
  overlap: 3,
  last: (error) => `event: next\ndata: {"errors":[${error}]}\n\nevent: complete\ndata: \n\n`,
};

/** Parts of multipart/mixed; a boundary stands before each, and servers write it as soon as the part before is there. */
function parts(contentType: string): Framing {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1] ?? '-';
  const mark = `--${boundary}`;
  return {
    endOf: (text) => {
      const at = text.lastIndexOf(mark);
      return at < 0 ? 0 : at + mark.length;
    },
    overlap: mark.length - 1,
    last: (error, isBegun) =>
      `${isBegun ? '' : mark}\r\ncontent-type: application/json\r\n\r\n{"payload":null,"errors":[${error}]}\r\n${mark}--\r\n`,
  };
}

export const framingOf = (contentType: string): Framing => (/^text\/event-stream/i.test(contentType) ? events : parts(contentType));
