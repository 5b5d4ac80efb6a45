import { Problem, call } from '@kerben/api';

/** Sends a form and tells how far it has come, which `fetch` cannot. Throws `Problem` like `call`. */
export function upload<T>(
  path: string,
  form: FormData,
  token: string | null,
  progress: (share: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    if (token) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.responseType = 'json';
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) progress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as T);
      else refused(request).catch(reject);
    };
    request.onerror = () => reject(new Problem(0, 'OFFLINE', '', []));
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

/** The `Problem` of an answer, made where those of all other calls are. */
function refused(request: XMLHttpRequest): Promise<unknown> {
  const response = new Response(null, { status: request.status });
  return call(Promise.resolve({ error: request.response as unknown, response }));
}

/** Gives the browser a file to keep. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
