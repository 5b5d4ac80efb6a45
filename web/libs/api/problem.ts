/** One wrong field of a request; `pointer` is a JSON pointer into its body, `/contact/phone`. */
export interface FieldProblem {
  pointer: string;
  code: string;
  detail: string;
}

/** A failure as the server tells it (RFC 9457). `detail` is a sentence for people, in Russian. */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 when the server was not reached. */
    readonly status: number,
    /** Stable code, `OUT_OF_STOCK`; `OFFLINE` when the server was not reached. Not for people's eyes. */
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly FieldProblem[],
    readonly data: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${status} ${code}`);
    this.name = 'Problem';
  }

  /** The message of a field of the form, by the end of its pointer: `field('phone')`. */
  field(name: string): string | undefined {
    const end = `/${name}`;
    return this.errors.find((e) => e.pointer === end || e.pointer.endsWith(end))?.detail;
  }
}

export function readProblem(status: number, body: unknown): Problem {
  if (body !== null && typeof body === 'object' && 'code' in body) {
    const { code, detail, errors, data } = body as Record<string, unknown>;
    return new Problem(
      status,
      String(code),
      typeof detail === 'string' ? detail : '',
      Array.isArray(errors) ? (errors as FieldProblem[]) : [],
      data !== null && typeof data === 'object' ? (data as Record<string, unknown>) : {},
    );
  }
  return new Problem(status, `HTTP_${status}`, '', []);
}
