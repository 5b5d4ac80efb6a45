import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { TIME_ZONE } from '@kerben/core';
import { Empty, Failed, Icon, Loading } from '@kerben/design';
import { BazaarScene } from './bazaar-scene';
import { came, soon } from './came';
import { categoryIcon } from './category-icons';
import { HOME, type Home, PAGE, type Page, type Product, readHome, readProducts } from './data';
import { GoodsList } from './goods';
import { localMoment } from './hours';
import { paged } from './paged';
import { SearchBox } from './search-box';

type First = Page<Product> & { home?: Home };
/** After the newest goods, which come with the page, the common list begins. */
const LIST = 'list';

@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BazaarScene, Empty, Failed, GoodsList, Icon, Loading, RouterLink, SearchBox, TranslocoDirective],
  templateUrl: './home-page.html',
  styleUrl: './home-page.css',
})
export class HomePage {
  protected readonly icon = categoryIcon;
  protected readonly list = paged<string, Product, First>(
    'home',
    () => 'home',
    async (_, cursor, signal) => {
      if (!cursor) {
        const home = await readHome(signal);
        for (const product of home.new_products) this.shown.add(product.id);
        return begin(home);
      }
      // The list begins with what is shown already.
      const page =
        cursor === LIST
          ? await readProducts(undefined, 2 * PAGE, signal)
          : await readProducts(cursor, PAGE, signal);
      return { ...page, items: page.items.filter((product) => !this.shown.has(product.id)) };
    },
    () => begin(came<Home>(HOME)),
  );
  protected readonly goods = soon(this.list.items);
  private readonly shown = new Set<string>();
  protected readonly home = computed(() => this.list.first()?.home);
  protected readonly live = computed(() =>
    (this.home()?.places ?? []).reduce((sum, place) => sum + place.live_count, 0),
  );
  protected readonly greeting = greetingAt(localMoment(new Date(), TIME_ZONE).minute);
}

function begin(home: Home): First;
function begin(home: Home | undefined): First | undefined;
function begin(home: Home | undefined): First | undefined {
  return home && { items: home.new_products, next_cursor: home.new_products.length ? LIST : null, home };
}

function greetingAt(minute: number): string {
  if (minute < 5 * 60 || minute >= 22 * 60) return 'browse.hello_night';
  if (minute < 12 * 60) return 'browse.hello_morning';
  return minute < 18 * 60 ? 'browse.hello_day' : 'browse.hello_evening';
}
