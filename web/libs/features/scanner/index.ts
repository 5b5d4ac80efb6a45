/** Scanning: the camera, scanners that type, barcodes as numbers, the code that connects a till. */
export { CameraScanner } from './camera-scanner';
export { Wedge, WedgeScanner } from './wedge-scanner';
export { WedgeBuffer, toLatinLayout } from './wedge';
export {
  checkDigit,
  expandUpcE,
  hasValidCheckDigit,
  isGtin,
  normaliseBarcode,
  readScaleCode,
  type ScaleCode,
} from './barcode';
export { pairingText, readPairing, type PairingCode } from './pairing';
export { beep } from './signals';
