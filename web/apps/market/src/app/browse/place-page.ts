import { ChangeDetectionStrategy, Component, computed, effect, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { PageTitle } from '@kerben/core';
import { Empty, Failed, Icon, Loading } from '@kerben/design';
import { BadgeCheck, Map, MapPin, ShoppingBag } from 'lucide';
import { came } from './came';
import { type Page, type Shop, readShops, shopsAddress } from './data';
import { Directory } from './directory';
import { paged } from './paged';
import { RouteLinks } from './route-links';
import { ShopOpenNow } from './shop-hours';

/** A bazaar, mall or street with its shops. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, Failed, Icon, Loading, RouteLinks, RouterLink, ShopOpenNow, TranslocoDirective],
  templateUrl: './place-page.html',
  styleUrl: './place-page.css',
})
export class PlacePage {
  readonly slug = input.required<string>();
  protected readonly directory = inject(Directory);
  protected readonly icons = { verified: BadgeCheck, map: Map, pin: MapPin, goods: ShoppingBag };
  protected readonly place = computed(() => this.directory.allPlaces().find((p) => p.slug === this.slug()));
  protected readonly shops = paged<string, Shop, Page<Shop>>(
    'place',
    () => this.place()?.id,
    (id, cursor, signal) => readShops(id, cursor, signal),
    (id) => came<Page<Shop>>(shopsAddress(id)),
  );

  constructor() {
    const title = inject(PageTitle);
    effect(() => {
      const name = this.place()?.name;
      if (name) title.set(name);
    });
  }
}
