import { describe, expect, it } from 'vitest';
import { pairingText, readPairing } from './pairing';

const code = {
  device_id: '0199a8f0-4c58-7b3a-9c3e-5f6a7b8c9d0e',
  token: 'aB3_-xyzXYZ0123456789',
  secret: 'S-ecret_0123456789abcdef',
};

describe('pairing code', () => {
  it('is read back as it was written', () => {
    expect(readPairing(pairingText(code))).toEqual(code);
  });

  it('survives the line breaks of copying and an id in capitals', () => {
    const text = pairingText({ ...code, device_id: code.device_id.toUpperCase() });
    expect(readPairing(` ${text.slice(0, 40)}\n ${text.slice(40)}\n`)).toEqual(code);
  });

  it('is told from other texts', () => {
    expect(readPairing('4006381333931')).toBeNull();
    expect(readPairing('kerben-pos:1:2:3')).toBeNull();
    expect(readPairing(pairingText(code).replace(/:[^:]*$/, ''))).toBeNull();
  });
});
