import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Dialog, Icon } from '@kerben/design';
import { Check, ChevronsUpDown, Store } from 'lucide';
import { CurrentShop } from './current-shop';

/** Which shop the cabinet shows; a choice when there are several. */
@Component({
  selector: 'b-shop-chooser',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (current.shop(); as shop) {
        @if (several()) {
          <button type="button" class="chosen" (click)="open.set(true)">
            <k-icon [of]="icons.store" [size]="20" />
            <span class="names">
              <span class="shop">{{ shop.name }}</span>
              <span class="merchant">{{
                shop.merchant_name === shop.name ? shop.address : shop.merchant_name
              }}</span>
            </span>
            <k-icon [of]="icons.both" [size]="18" />
            <span class="k-sr">{{ t('shell.change_shop') }}</span>
          </button>
        } @else {
          <p class="chosen">
            <k-icon [of]="icons.store" [size]="20" />
            <span class="names">
              <span class="shop">{{ shop.name }}</span>
              <span class="merchant">{{
                shop.merchant_name === shop.name ? shop.address : shop.merchant_name
              }}</span>
            </span>
          </p>
        }
        <k-dialog [(open)]="open" [heading]="t('shell.choose_shop')">
          <div class="k-stack">
            @for (own of current.merchants(); track own.merchant.id) {
              @if (own.shops.length) {
                <section class="k-stack k-stack--tight">
                  <h3 class="k-soft k-small">{{ own.merchant.name }} · {{ t('staff_role.' + own.role) }}</h3>
                  <div class="k-list">
                    @for (one of own.shops; track one.id) {
                      <button
                        type="button"
                        class="row"
                        [attr.aria-current]="one.id === shop.id ? 'true' : null"
                        (click)="choose(one.id)"
                      >
                        <span class="names">
                          <span class="shop">{{ one.name }}</span>
                          <span class="merchant">{{
                            one.is_active ? one.address : t('shell.shop_closed')
                          }}</span>
                        </span>
                        @if (one.id === shop.id) {
                          <k-icon [of]="icons.check" />
                        }
                      </button>
                    }
                  </div>
                </section>
              }
            }
          </div>
        </k-dialog>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    .chosen {
      display: flex;
      align-items: center;
      gap: var(--s3);
      width: 100%;
      min-height: 52px;
      padding: var(--s1) var(--s3);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--card);
      text-align: start;
    }
    button.chosen {
      cursor: pointer;
    }
    button.chosen:hover {
      background: var(--sunken);
    }
    .names {
      display: grid;
      flex: 1;
      min-width: 0;
    }
    .shop,
    .merchant {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      line-height: 1.35;
    }
    .shop {
      font-weight: 600;
    }
    .merchant {
      color: var(--clay);
      font-size: var(--t-small);
    }
    .row {
      display: flex;
      align-items: center;
      gap: var(--s3);
      min-height: 56px;
      border: 0;
      border-bottom: 1px solid var(--line);
      background: transparent;
      text-align: start;
      cursor: pointer;
    }
    .row:hover {
      background: var(--sunken);
    }
    @media (width < 900px) {
      .chosen {
        min-height: 48px;
        border-color: transparent;
        background: transparent;
        padding-inline: 0;
      }
    }
  `,
})
export class ShopChooser {
  protected readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  protected readonly open = signal(false);
  protected readonly several = computed(
    () => this.current.merchants().reduce((n, own) => n + own.shops.length, 0) > 1,
  );
  protected readonly icons = { store: Store, both: ChevronsUpDown, check: Check };

  protected choose(id: string): void {
    this.open.set(false);
    this.current.choose(id);
    // A product or an order belongs to the shop that was left: back to the list of its section.
    const [section, ...rest] = this.router.url.split('?')[0]!.split('/').filter(Boolean);
    if (section && rest.length) void this.router.navigateByUrl(`/${section}`);
  }
}
