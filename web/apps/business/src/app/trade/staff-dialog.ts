import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  model,
  output,
  signal,
  untracked,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { Dialog, Toasts } from '@kerben/design';
import { CurrentShop } from '../shell/current-shop';
import { allowed } from './rights';

const ROLES: readonly Schemas['StaffRole'][] = ['owner', 'manager', 'cashier', 'storekeeper', 'accountant'];

/** Invites somebody by phone or e-mail, or gives `person` another role. */
@Component({
  selector: 'b-staff-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, FormsModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-dialog
        [(open)]="open"
        [heading]="person() ? t('trade.staff.change_who', { name: person()!.name }) : t('trade.staff.invite')"
      >
        <form class="k-form" (ngSubmit)="save()">
          @if (!person()) {
            <label class="k-field">
              <span>{{ t('trade.staff.contact') }}</span>
              <input
                class="k-input"
                name="contact"
                maxlength="254"
                autocomplete="off"
                [(ngModel)]="contact"
                [attr.aria-invalid]="!!wrong()"
                aria-describedby="staff-contact"
              />
              <small id="staff-contact" [class]="wrong() ? 'k-error' : 'k-hint'">{{
                wrong() || t('trade.staff.contact_hint')
              }}</small>
            </label>
          } @else if (person()!.positions.length > 1) {
            <p class="k-notice k-notice--warn">{{ t('trade.staff.several') }}</p>
          }
          <fieldset class="k-stack k-stack--tight">
            <legend class="k-label">{{ t('trade.staff.role') }}</legend>
            @for (one of roles(); track one) {
              <label class="k-choice">
                <input type="radio" name="role" [value]="one" [(ngModel)]="role" />
                <span>
                  {{ t('staff_role.' + one) }}
                  <small class="k-hint">{{ t('trade.role.' + one) }}</small>
                </span>
              </label>
            }
          </fieldset>
          @if (current.shops().length > 1) {
            <fieldset>
              <legend class="k-label">{{ t('trade.staff.shops') }}</legend>
              <label class="k-check">
                <input type="checkbox" name="all" [(ngModel)]="everywhere" />
                <span>{{ t('trade.staff.all_shops') }}</span>
              </label>
              @if (!everywhere()) {
                @for (shop of current.shops(); track shop.id) {
                  <label class="k-check inner">
                    <input
                      type="checkbox"
                      [name]="shop.id"
                      [checked]="shops().has(shop.id)"
                      (change)="toggle(shop.id)"
                    />
                    <span>{{ shop.name }}</span>
                  </label>
                }
                @if (noShop()) {
                  <small class="k-error" role="alert">{{ t('trade.staff.choose_shop') }}</small>
                }
              }
            </fieldset>
          }
          <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
            {{ person() ? t('common.save') : t('trade.staff.send') }}
          </button>
        </form>
      </k-dialog>
    </ng-container>
  `,
  styles: `
    fieldset {
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      padding: 0 0 var(--s2);
    }
    .k-choice span {
      display: grid;
    }
    .inner {
      padding-inline-start: var(--s5);
    }
  `,
})
export class StaffDialog {
  readonly open = model(false);
  /** Whose role to change; null to invite. */
  readonly person = input<Schemas['StaffPerson'] | null>(null);
  readonly done = output<void>();

  protected readonly current = inject(CurrentShop);
  protected readonly contact = signal('');
  protected readonly role = signal<Schemas['StaffRole']>('cashier');
  protected readonly everywhere = signal(true);
  protected readonly shops = signal<ReadonlySet<string>>(new Set());
  protected readonly busy = signal(false);
  protected readonly tried = signal(false);
  protected readonly roles = computed(() =>
    ROLES.filter((r) => (r !== 'owner' && r !== 'manager') || allowed(this.current.role(), 'lead')),
  );
  protected readonly noShop = computed(() => this.tried() && !this.everywhere() && this.shops().size === 0);
  protected readonly wrong = computed(() => {
    if (this.tried() && !this.contact().trim()) return this.transloco.translate<string>('common.required');
    return this.problem()?.field('phone') ?? this.problem()?.field('email') ?? '';
  });
  private readonly problem = signal<Problem | null>(null);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  constructor() {
    effect(() => {
      if (!this.open()) return;
      untracked(() => {
        const first = this.person()?.positions[0];
        this.contact.set('');
        this.role.set(first?.role ?? 'cashier');
        this.everywhere.set(!first?.shop_ids);
        this.shops.set(new Set(first?.shop_ids ?? []));
        this.tried.set(false);
        this.problem.set(null);
      });
    });
  }

  protected toggle(id: string): void {
    this.shops.update((shops) => {
      const next = new Set(shops);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }

  protected async save(): Promise<void> {
    this.tried.set(true);
    this.problem.set(null);
    const person = this.person();
    if (this.busy() || this.noShop() || (!person && !this.contact().trim())) return;
    this.busy.set(true);
    try {
      const shop_ids = this.everywhere() ? null : [...this.shops()];
      await (person ? this.change(person, shop_ids) : this.invite(shop_ids));
      this.open.set(false);
      this.toasts.good(this.transloco.translate(person ? 'trade.staff.changed' : 'trade.staff.invited'));
      this.done.emit();
    } catch (error) {
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }

  private change(person: Schemas['StaffPerson'], shop_ids: string[] | null): Promise<unknown> {
    const params = { path: { merchant_id: this.current.merchantId(), user_id: person.user_id } };
    const body = { role: this.role(), shop_ids };
    return call(api.PATCH('/api/v1/merchants/{merchant_id}/staff/{user_id}', { params, body }));
  }

  private invite(shop_ids: string[] | null): Promise<unknown> {
    const contact = this.contact().trim();
    const to = contact.includes('@') ? { email: contact } : { phone: contact.replace(/[^\d+]/g, '') };
    const params = { path: { merchant_id: this.current.merchantId() } };
    const body = { role: this.role(), shop_ids, ...to };
    return call(api.POST('/api/v1/merchants/{merchant_id}/staff/invitations', { params, body }));
  }
}
