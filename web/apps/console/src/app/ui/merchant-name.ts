import { ChangeDetectionStrategy, Component, Injectable, inject, input, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call } from '@kerben/api';

/** Names of sellers, each asked for once. */
@Injectable({ providedIn: 'root' })
export class MerchantNames {
  private readonly asked = new Map<string, Promise<string>>();

  of(merchant_id: string): Promise<string> {
    const known = this.asked.get(merchant_id);
    if (known) return known;
    const name = call(api.GET('/api/v1/merchants/{merchant_id}', { params: { path: { merchant_id } } })).then(
      (merchant) => merchant.name,
    );
    name.catch(() => this.asked.delete(merchant_id));
    this.asked.set(merchant_id, name);
    return name;
  }
}

/** A seller by name where only the number is known. */
@Component({
  selector: 'c-merchant',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterLink, TranslocoDirective],
  template: `
    <a routerLink="/audit" [queryParams]="{ entity: 'merchant', entity_id: id() }" *transloco="let t">{{
      name.hasValue() ? name.value() : t('console.seller')
    }}</a>
  `,
})
export class MerchantName {
  readonly id = input.required<string>();
  private readonly names = inject(MerchantNames);
  protected readonly name = resource({
    params: () => this.id(),
    loader: ({ params }) => this.names.of(params),
  });
}
