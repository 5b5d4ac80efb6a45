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
import { CurrentShop, type Shop } from '../shell/current-shop';
import { focusWrong } from '../shell/focus-wrong';
import { allowed } from './rights';

type Role = Schemas['StaffRole'];
const ROLES: readonly Role[] = ['owner', 'manager', 'cashier', 'storekeeper', 'accountant'];

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
          }
          @if (person() && current.shops().length > 1) {
            <label class="k-check">
              <input type="checkbox" name="same" [(ngModel)]="everywhere" />
              <span>{{ t('trade.staff.same') }}</span>
            </label>
          }
          @if (apart()) {
            @for (shop of current.shops(); track shop.id) {
              <label class="k-field">
                <span>{{ shop.name }}</span>
                <select
                  class="k-select"
                  [name]="'role_' + shop.id"
                  [ngModel]="roleIn()[shop.id] ?? ''"
                  (ngModelChange)="give(shop.id, $event)"
                  [attr.aria-invalid]="noShop()"
                >
                  <option value="">{{ t('trade.staff.not_here') }}</option>
                  @for (one of roles(); track one) {
                    @if (one !== 'owner') {
                      <option [value]="one">{{ t('staff_role.' + one) }}</option>
                    }
                  }
                </select>
              </label>
            }
            @if (noShop()) {
              <small class="k-error" role="alert">{{ t('trade.staff.choose_shop') }}</small>
            }
          } @else {
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
          }
          @if (!person() && current.shops().length > 1) {
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
  protected readonly role = signal<Role>('cashier');
  protected readonly everywhere = signal(true);
  protected readonly shops = signal<ReadonlySet<string>>(new Set());
  protected readonly busy = signal(false);
  protected readonly tried = signal(false);
  protected readonly roles = computed(() =>
    ROLES.filter((r) => (r !== 'owner' && r !== 'manager') || allowed(this.current.role(), 'lead')),
  );
  /** The role of a person in each shop, where they are not one and the same. */
  protected readonly roleIn = signal<Readonly<Record<string, Role | ''>>>({});
  protected readonly apart = computed(
    () => !!this.person() && !this.everywhere() && this.current.shops().length > 1,
  );
  protected readonly noShop = computed(() => {
    const somewhere = this.apart() ? this.positions().length : this.shops().size;
    return this.tried() && !this.everywhere() && somewhere === 0;
  });
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
        const held = this.person()?.positions ?? [];
        const first = held[0];
        this.contact.set('');
        this.role.set(first?.role ?? 'cashier');
        this.everywhere.set(held.length < 2 && !first?.shop_ids);
        this.roleIn.set(rolesByShop(held, this.current.shops()));
        this.shops.set(new Set(first?.shop_ids ?? []));
        this.tried.set(false);
        this.problem.set(null);
      });
    });
  }

  protected give(shopId: string, role: Role | ''): void {
    this.roleIn.update((roles) => ({ ...roles, [shopId]: role }));
  }

  /** One position for each role, with its shops. */
  private positions(): Schemas['Position'][] {
    const shops = this.current.shops().map((shop) => ({ id: shop.id, role: this.roleIn()[shop.id] }));
    return ROLES.flatMap((role) => {
      const shop_ids = shops.filter((shop) => shop.role === role).map((shop) => shop.id);
      return shop_ids.length ? [{ role, shop_ids }] : [];
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
    if (this.busy()) return;
    if (this.noShop() || (!person && !this.contact().trim())) return focusWrong();
    this.busy.set(true);
    try {
      const shop_ids = this.everywhere() ? null : [...this.shops()];
      await (person ? this.change(person) : this.invite(shop_ids));
      this.open.set(false);
      this.toasts.good(this.transloco.translate(person ? 'trade.staff.changed' : 'trade.staff.invited'));
      this.done.emit();
    } catch (error) {
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
      focusWrong();
    } finally {
      this.busy.set(false);
    }
  }

  private change(person: Schemas['StaffPerson']): Promise<unknown> {
    const params = { path: { merchant_id: this.current.merchantId(), user_id: person.user_id } };
    const everywhere = [{ role: this.role(), shop_ids: null }];
    const body = { positions: this.apart() ? this.positions() : everywhere };
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

/** Where somebody does what; a role in all shops counts where there is no other. */
function rolesByShop(
  positions: readonly Schemas['Position'][],
  shops: readonly Shop[],
): Record<string, Role | ''> {
  const everywhere = positions.find((one) => !one.shop_ids)?.role ?? '';
  const named = (id: string): Role | undefined => positions.find((one) => one.shop_ids?.includes(id))?.role;
  return Object.fromEntries(shops.map((shop) => [shop.id, named(shop.id) ?? everywhere]));
}
