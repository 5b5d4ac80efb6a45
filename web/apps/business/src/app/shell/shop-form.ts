import {
  ChangeDetectionStrategy,
  Component,
  type OnInit,
  computed,
  inject,
  input,
  output,
  resource,
  signal,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { Session } from '@kerben/core';
import { Icon, Toasts } from '@kerben/design';
import { LocateFixed } from 'lucide';
import { focusWrong } from './focus-wrong';
import { type Hours, hoursWrong, readHours, readPoint, writeHours } from './hours';
import { HoursEditor } from './hours-editor';

type Field = 'name' | 'address' | 'phone' | 'point';

/**
 * A shop's data: opens one for the seller `merchantId`, or changes `shop`. What was typed stays after a failure.
 * `<b-shop-form [merchantId]="id" (saved)="…" />`
 */
@Component({
  selector: 'b-shop-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FormsModule, HoursEditor, Icon, TranslocoDirective],
  template: `
    <form class="k-form" (ngSubmit)="save()" *transloco="let t">
      <label class="k-field">
        <span>{{ t('shell.shop_name') }}</span>
        <input
          class="k-input"
          name="name"
          maxlength="200"
          autocomplete="organization"
          [(ngModel)]="name"
          [attr.aria-invalid]="!!wrong('name')"
          aria-describedby="shop-name"
        />
        <small id="shop-name" [class]="wrong('name') ? 'k-error' : 'k-hint'">{{
          wrong('name') || t('shell.shop_name_hint')
        }}</small>
      </label>

      <label class="k-field">
        <span>{{ t('shell.place') }}</span>
        <select class="k-select" name="place" [(ngModel)]="placeId" (ngModelChange)="placed($event)">
          <option value="">{{ t('shell.no_place') }}</option>
          @for (place of places.hasValue() ? places.value() : []; track place.id) {
            <option [value]="place.id">{{ place.name }}</option>
          }
        </select>
      </label>

      <label class="k-field">
        <span>{{ t('shell.address') }}</span>
        <input
          class="k-input"
          name="address"
          maxlength="500"
          autocomplete="street-address"
          [(ngModel)]="address"
          [attr.aria-invalid]="!!wrong('address')"
          aria-describedby="shop-address"
        />
        <small id="shop-address" [class]="wrong('address') ? 'k-error' : 'k-hint'">{{
          wrong('address') || t('shell.address_hint')
        }}</small>
      </label>

      <div class="k-field">
        <label class="k-label" for="shop-point">{{ t('shell.point') }}</label>
        <div class="point">
          <input
            id="shop-point"
            class="k-input k-num"
            name="point"
            inputmode="text"
            placeholder="42.8746, 74.5698"
            [(ngModel)]="point"
            [attr.aria-invalid]="!!wrong('point')"
            aria-describedby="shop-point-hint"
          />
          <button type="button" class="k-btn" [disabled]="locating()" (click)="locate()">
            <k-icon [of]="here" [size]="18" /> {{ t(locating() ? 'shell.locating' : 'shell.here') }}
          </button>
        </div>
        <small id="shop-point-hint" [class]="wrong('point') ? 'k-error' : 'k-hint'">{{
          wrong('point') || t('shell.point_hint')
        }}</small>
      </div>

      <label class="k-field">
        <span>{{ t('shell.shop_phone') }}</span>
        <input
          class="k-input"
          name="phone"
          type="tel"
          autocomplete="tel"
          inputmode="tel"
          placeholder="+996 555 123 456"
          [(ngModel)]="phone"
          [attr.aria-invalid]="!!wrong('phone')"
          aria-describedby="shop-phone"
        />
        <small id="shop-phone" [class]="wrong('phone') ? 'k-error' : 'k-hint'">{{
          wrong('phone') || t('shell.shop_phone_hint')
        }}</small>
      </label>

      <b-hours-editor [(hours)]="hours" />

      <div class="k-row">
        <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
          {{ shop() ? t('common.save') : t('shell.open_shop') }}
        </button>
        <ng-content />
      </div>
    </form>
  `,
  styles: `
    .point {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: var(--s2);
    }
    @media (width < 480px) {
      .point {
        grid-template-columns: 1fr;
      }
    }
  `,
})
export class ShopForm implements OnInit {
  readonly merchantId = input.required<string>();
  readonly shop = input<Schemas['ShopFacts'] | null>(null);
  readonly saved = output<Schemas['ShopFacts']>();

  protected readonly name = signal('');
  protected readonly address = signal('');
  protected readonly phone = signal('');
  protected readonly point = signal('');
  protected readonly placeId = signal('');
  protected readonly hours = signal<Hours>(writeHours(readHours({})));
  protected readonly busy = signal(false);
  protected readonly locating = signal(false);
  protected readonly here = LocateFixed;
  protected readonly places = resource({
    loader: async ({ abortSignal }) => (await call(api.GET('/api/v1/places', { signal: abortSignal }))).items,
  });

  private readonly problem = signal<Problem | null>(null);
  private readonly missing = signal<ReadonlySet<Field>>(new Set());
  private readonly transloco = inject(TranslocoService);
  private readonly toasts = inject(Toasts);
  private readonly user = computed(() => this.session.user());
  private readonly session = inject(Session);

  ngOnInit(): void {
    const shop = this.shop();
    this.phone.set(shop?.phone ?? this.user()?.phone ?? '');
    if (!shop) return;
    this.name.set(shop.name);
    this.address.set(shop.address);
    this.point.set(`${shop.lat}, ${shop.lon}`);
    this.placeId.set(shop.place_id ?? '');
    this.hours.set(writeHours(readHours(shop.hours)));
  }

  protected wrong(field: Field): string {
    if (this.missing().has(field) && !this.filled(field)) {
      return this.transloco.translate(field === 'point' ? 'shell.point_wrong' : 'common.required');
    }
    return this.problem()?.field(field === 'point' ? 'lat' : field) ?? '';
  }

  private filled(field: Field): boolean {
    return field === 'point' ? readPoint(this.point()) !== null : !!this[field]().trim();
  }

  protected placed(id: string): void {
    const place = this.places.hasValue() ? this.places.value().find((p) => p.id === id) : undefined;
    if (!place) return;
    if (!this.point().trim()) this.point.set(`${place.lat}, ${place.lon}`);
    if (!this.address().trim()) this.address.set(place.address || place.name);
  }

  protected locate(): void {
    if (!('geolocation' in navigator)) {
      this.toasts.bad(this.transloco.translate<string>('shell.not_located'));
      return;
    }
    this.locating.set(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.locating.set(false);
        this.point.set(`${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`);
      },
      () => {
        this.locating.set(false);
        this.toasts.bad(this.transloco.translate<string>('shell.not_located'));
      },
      { enableHighAccuracy: true, timeout: 10_000 },
    );
  }

  protected async save(): Promise<void> {
    if (this.busy()) return;
    const point = readPoint(this.point());
    const fields: readonly Field[] = ['name', 'address', 'phone', 'point'];
    const missing = new Set(fields.filter((field) => !this.filled(field)));
    this.missing.set(missing);
    this.problem.set(null);
    if (missing.size || !point || hoursWrong(this.hours())) return focusWrong();
    this.busy.set(true);
    try {
      this.saved.emit(await this.send(point));
    } catch (error) {
      if (error instanceof Problem && error.errors.length) this.problem.set(error);
      this.toasts.bad(error);
      focusWrong();
    } finally {
      this.busy.set(false);
    }
  }

  private send(point: { lat: number; lon: number }): Promise<Schemas['ShopFacts']> {
    const body = {
      name: this.name().trim(),
      address: this.address().trim(),
      phone: this.phone().replace(/[^\d+]/g, ''),
      ...point,
      hours: this.hours(),
      place_id: this.placeId() || null,
    };
    const shop = this.shop();
    if (shop) {
      const path = { shop_id: shop.id };
      return call(api.PATCH('/api/v1/shops/{shop_id}', { params: { path }, body }));
    }
    const path = { merchant_id: this.merchantId() };
    return call(api.POST('/api/v1/merchants/{merchant_id}/shops', { params: { path }, body }));
  }
}
