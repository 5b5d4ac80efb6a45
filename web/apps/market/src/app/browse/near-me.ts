import { Injectable, signal } from '@angular/core';
import type { Near } from './filters';

export type NearState = 'idle' | 'asking' | 'denied' | 'failed';

/** Asks the device where it is. Coordinates are rounded to about ten metres: more is nobody's business. */
@Injectable({ providedIn: 'root' })
export class NearMe {
  readonly state = signal<NearState>('idle');

  async ask(): Promise<Near | null> {
    if (!('geolocation' in navigator)) {
      this.state.set('failed');
      return null;
    }
    this.state.set('asking');
    return new Promise((resolve) => {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          this.state.set('idle');
          resolve({ lat: round(coords.latitude), lon: round(coords.longitude) });
        },
        (error) => {
          this.state.set(error.code === error.PERMISSION_DENIED ? 'denied' : 'failed');
          resolve(null);
        },
        { timeout: 15_000, maximumAge: 120_000 },
      );
    });
  }
}

function round(degrees: number): number {
  return Math.round(degrees * 10_000) / 10_000;
}
