import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Navigation } from 'lucide';
import { doubleGis, googleMaps } from './links';

/** «Как добраться»: the way in 2GIS or Google Maps, which open as applications where they are installed. */
@Component({
  selector: 'k-route-links',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <p *transloco="let t">
      <span><k-icon [of]="icon" [size]="18" /> {{ t('browse.route') }}</span>
      <a [href]="gis()" target="_blank" rel="noopener">{{ t('browse.two_gis') }}</a>
      <a [href]="google()" target="_blank" rel="noopener">{{ t('browse.google_maps') }}</a>
    </p>
  `,
  styles: `
    p {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 var(--s4);
    }
    span {
      display: inline-flex;
      align-items: center;
      gap: var(--s2);
      color: var(--clay);
    }
    a {
      display: inline-flex;
      align-items: center;
      min-height: var(--touch);
    }
  `,
})
export class RouteLinks {
  readonly lat = input.required<number>();
  readonly lon = input.required<number>();
  protected readonly icon = Navigation;
  protected readonly gis = computed(() => doubleGis(this.lat(), this.lon()));
  protected readonly google = computed(() => googleMaps(this.lat(), this.lon()));
}
