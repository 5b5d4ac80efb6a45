import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  afterRenderEffect,
  computed,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Themes } from '@kerben/design';
import type { EChartsType } from 'echarts/core';

export interface Series {
  name: string;
  /** A token of the design, `--juniper`. */
  color: string;
  values: readonly number[];
  kind?: 'bar' | 'line';
  /** Series of the same name stand on each other. */
  stack?: string;
}

/** A plot of values by day with the same figures as a table: `<b-plot [labels] [series] [show] label="…" />`. */
@Component({
  selector: 'b-plot',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <figure *transloco="let t">
      <div class="keys">
        @for (one of series(); track one.name) {
          <span class="key"><i [style.background]="'var(' + one.color + ')'"></i>{{ one.name }}</span>
        }
      </div>
      @if (nothing()) {
        <p class="nothing k-soft">{{ none() }}</p>
      }
      <div #canvas class="canvas" role="img" [attr.aria-label]="label()" [hidden]="nothing()"></div>
      @if (failed()) {
        <p class="k-soft k-small">{{ t('trade.plot_failed') }}</p>
      }
      <details [hidden]="nothing()">
        <summary>{{ t('trade.as_table') }}</summary>
        <div class="k-table-wrap" tabindex="0" role="region" [attr.aria-label]="label()">
          <table class="k-table">
            <caption class="k-sr">
              {{
                label()
              }}
            </caption>
            <thead>
              <tr>
                <th scope="col">{{ t('trade.day') }}</th>
                @for (one of series(); track one.name) {
                  <th scope="col" class="k-num">{{ one.name }}</th>
                }
              </tr>
            </thead>
            <tbody>
              @for (row of rows(); track $index) {
                <tr>
                  <th scope="row">{{ row.label }}</th>
                  @for (value of row.values; track $index) {
                    <td class="k-num">{{ value }}</td>
                  }
                </tr>
              }
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    figure {
      display: grid;
      gap: var(--s2);
      margin: 0;
      min-width: 0;
    }
    .keys {
      display: flex;
      flex-wrap: wrap;
      gap: var(--s1) var(--s4);
      font-size: var(--t-small);
      color: var(--clay);
    }
    .key {
      display: inline-flex;
      align-items: center;
      gap: var(--s2);
    }
    .key i {
      width: 12px;
      height: 12px;
      border-radius: 3px;
    }
    .canvas {
      height: 220px;
      min-width: 0;
    }
    summary {
      display: inline-flex;
      align-items: center;
      min-height: var(--touch);
      color: var(--issyk);
      font-size: var(--t-small);
      cursor: pointer;
    }
    .nothing {
      display: grid;
      place-content: center;
      min-height: 160px;
      text-align: center;
    }
    tbody tr:last-child th {
      border-bottom: 0;
    }
    .k-table-wrap {
      max-height: 320px;
      overflow: auto;
    }
  `,
})
export class Plot {
  /** Short words under the plot, one for each value. */
  readonly labels = input.required<readonly string[]>();
  readonly series = input.required<readonly Series[]>();
  /** How a value is written. */
  readonly show = input<(value: number) => string>(String);
  /** How a value is written at the axis, where there is little room. */
  readonly axis = input<(value: number) => string>(String);
  readonly label = input.required<string>();
  /** What is said instead of a plot where every value is zero. */
  readonly none = input('');

  protected readonly failed = signal(false);
  protected readonly nothing = computed(
    () => !!this.none() && this.series().every((one) => one.values.every((value) => value === 0)),
  );
  protected readonly rows = computed(() =>
    this.labels()
      .map((label, n) => ({ label, values: this.series().map((one) => this.show()(one.values[n] ?? 0)) }))
      .reverse(),
  );
  private readonly canvas = viewChild.required<ElementRef<HTMLElement>>('canvas');
  private readonly themes = inject(Themes);
  private readonly darkened = signal(0);
  private readonly init = signal<((element: HTMLElement) => EChartsType) | null>(null);
  private chart: EChartsType | null = null;

  constructor() {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const repaint = (): void => this.darkened.update((n) => n + 1);
    dark.addEventListener('change', repaint);
    const watch = new ResizeObserver(() => this.chart?.resize());
    inject(DestroyRef).onDestroy(() => {
      dark.removeEventListener('change', repaint);
      watch.disconnect();
      this.chart?.dispose();
    });
    import('./echarts').then(
      ({ init }) => this.init.set((element) => init(element, null, { renderer: 'svg' })),
      () => this.failed.set(true),
    );
    afterRenderEffect(() => {
      const make = this.init();
      const element = this.canvas().nativeElement;
      this.darkened();
      this.themes.current();
      const option = this.option(element);
      if (!make || this.nothing()) return;
      if (!this.chart) {
        this.chart = make(element);
        watch.observe(element);
      }
      this.chart.setOption(option, true);
    });
  }

  private option(element: HTMLElement): Record<string, unknown> {
    const colour = colours(element);
    const show = this.show();
    const { fontFamily } = getComputedStyle(element);
    const text = { color: colour('--clay'), fontFamily, fontSize: 12 };
    return {
      animation: false,
      grid: { left: 4, right: 8, top: 12, bottom: 4, containLabel: true },
      tooltip: {
        trigger: 'axis',
        axisPointer: { type: 'shadow', shadowStyle: { color: colour('--line'), opacity: 0.35 } },
        backgroundColor: colour('--card'),
        borderColor: colour('--line'),
        textStyle: { color: colour('--ink'), fontFamily, fontSize: 13 },
        valueFormatter: (value: unknown) => show(Number(value)),
      },
      xAxis: {
        type: 'category',
        data: this.labels(),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colour('--line') } },
        axisLabel: { ...text, hideOverlap: true },
      },
      yAxis: {
        type: 'value',
        minInterval: 1,
        splitNumber: 3,
        splitLine: { lineStyle: { color: colour('--line') } },
        axisLabel: { ...text, formatter: (value: number) => this.axis()(value) },
      },
      series: this.series().map((one) => ({
        name: one.name,
        type: one.kind ?? 'bar',
        stack: one.stack,
        data: one.values,
        barMaxWidth: 28,
        itemStyle: { color: colour(one.color), borderRadius: one.stack ? 0 : [4, 4, 0, 0] },
      })),
    };
  }
}

/** Reads what a token comes to here, light or dark. */
function colours(element: HTMLElement): (token: string) => string {
  return (token) => {
    const probe = document.createElement('i');
    probe.style.color = `var(${token})`;
    element.parentElement?.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}
