import { expandUpcE } from './barcode';

/** What a picture is searched for. */
const FORMATS = ['ean_13', 'ean_8', 'upc_a', 'upc_e', 'code_128', 'qr_code'] as const;

interface Found {
  rawValue: string;
  format: string;
}

interface Detecting {
  detect(image: HTMLVideoElement): Promise<readonly Found[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detecting;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** Finds barcodes in a picture of the camera. */
export type Detect = (video: HTMLVideoElement) => Promise<string[]>;

let made: Promise<Detecting> | undefined;

/** The browser's own detector where it knows our codes, else the one that comes with Kerben (WebAssembly). */
export async function loadDetector(): Promise<Detect> {
  made ??= make();
  made.catch(() => (made = undefined));
  const detector = await made;
  return async (video) => {
    const found = await detector.detect(video);
    return found.map(({ rawValue, format }) =>
      format === 'upc_e' ? (expandUpcE(rawValue) ?? rawValue) : rawValue,
    );
  };
}

async function make(): Promise<Detecting> {
  const own = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (own) {
    try {
      const known = await own.getSupportedFormats();
      if (FORMATS.every((format) => known.includes(format))) return new own({ formats: [...FORMATS] });
    } catch {
      // Some browsers have the name without the service behind it.
    }
  }
  const { BarcodeDetector, prepareZXingModule } = await import('barcode-detector/ponyfill');
  // Ours, from this application's folder: works offline and under the page's security policy.
  await prepareZXingModule({
    overrides: {
      locateFile: (path: string, prefix: string) =>
        path.endsWith('.wasm') ? new URL(`wasm/${path}`, document.baseURI).href : prefix + path,
    },
    fireImmediately: true,
  });
  return new BarcodeDetector({ formats: [...FORMATS] });
}
