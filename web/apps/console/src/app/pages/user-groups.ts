import { ChangeDetectionStrategy, Component, input, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { acting } from '../ui/acting';

/** Putting one person into groups and taking out of them, and making a new group. */
@Component({
  selector: 'c-user-groups',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <section class="k-stack k-stack--tight" *transloco="let t">
      <h3>{{ t('console.users.groups') }}</h3>
      @for (group of groups(); track group.id) {
        <div class="k-row k-row--between">
          <span
            >{{ group.name }}
            <span class="k-soft k-small">{{ t('console.users.members', { n: group.members }) }}</span></span
          >
          <span class="k-row">
            <button
              type="button"
              class="k-btn"
              [disabled]="doing.busy()"
              [attr.aria-label]="t('console.users.put_named', { group: group.name })"
              (click)="put(group, true)"
            >
              {{ t('console.users.put') }}
            </button>
            <button
              type="button"
              class="k-btn"
              [disabled]="doing.busy()"
              [attr.aria-label]="t('console.users.take_named', { group: group.name })"
              (click)="put(group, false)"
            >
              {{ t('console.users.take') }}
            </button>
          </span>
        </div>
      } @empty {
        <p class="k-soft">{{ t('console.users.no_groups') }}</p>
      }
      <form class="k-row k-row--nowrap" (submit)="make($event)">
        <label class="k-field k-grow">
          <span>{{ t('console.users.new_group') }}</span>
          <input
            #name
            class="k-input"
            maxlength="100"
            autocomplete="off"
            [value]="named()"
            (input)="named.set(name.value)"
          />
        </label>
        <button type="submit" class="k-btn" [disabled]="doing.busy() || !named().trim()">
          {{ t('common.add') }}
        </button>
      </form>
    </section>
  `,
  styles: `
    form {
      align-items: end;
    }
  `,
})
export class UserGroups {
  readonly user = input.required<string>();
  readonly groups = input.required<readonly Schemas['GroupView'][]>();
  readonly changed = output<void>();
  protected readonly named = signal('');
  protected readonly doing = acting();

  protected async put(group: Schemas['GroupView'], inside: boolean): Promise<void> {
    const params = { path: { group_id: group.id, user_id: this.user() } };
    const address = '/api/v1/admin/user-groups/{group_id}/members/{user_id}' as const;
    const fine = await this.doing.run(
      group.id,
      () => call<unknown>(inside ? api.PUT(address, { params }) : api.DELETE(address, { params })),
      inside ? 'console.users.put_done' : 'console.users.take_done',
      { group: group.name },
    );
    if (fine) this.changed.emit();
  }

  protected async make(event: Event): Promise<void> {
    event.preventDefault();
    const name = this.named().trim();
    if (!name) return;
    const body = { name };
    const work = () => call(api.POST('/api/v1/admin/user-groups', { body }));
    if (await this.doing.run('new', work, 'console.users.group_made', { group: name })) {
      this.named.set('');
      this.changed.emit();
    }
  }
}
