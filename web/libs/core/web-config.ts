import { Injectable, resource } from '@angular/core';

/** What the operator has set for pages. `tile_url` is null without a source of map tiles. */
export interface WebConfigData {
  tile_url: string | null;
  tile_attribution: string | null;
  base_url: string;
  demo: boolean;
  languages: string[];
  default_center: { lat: number; lon: number; zoom: number };
}

/** Settings of the server for its pages, read once. */
@Injectable({ providedIn: 'root' })
export class WebConfig {
  private asked: Promise<WebConfigData> | undefined;
  readonly value = resource({ loader: () => this.get() });

  get(): Promise<WebConfigData> {
    this.asked ??= fetch('/api/v1/web-config').then((answer) => {
      if (!answer.ok) throw new Error(`web-config: ${answer.status}`);
      return answer.json() as Promise<WebConfigData>;
    });
    this.asked.catch(() => (this.asked = undefined));
    return this.asked;
  }
}
