/**
 * Rows of the console: columns (`--cols`) on a desk, one under another on a phone. They are lists, not tables, so that
 * they read well in both.
 */
export const ROWS = `
  .rows {
    display: grid;
    overflow: hidden;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--card);
    font-size: var(--t-small);
  }
  .rows > li {
    display: grid;
    gap: var(--s2) var(--s4);
    padding: var(--s3) var(--s4);
    border-bottom: 1px solid var(--line);
  }
  .rows > li:last-child {
    border-bottom: 0;
  }
  .main {
    font-size: var(--t-body);
    font-weight: 550;
  }
  .under {
    display: block;
  }
  .acts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--s2);
  }
  .acts .k-btn,
  .tools .k-btn {
    min-height: var(--touch);
    padding-inline: var(--s3);
    font-size: var(--t-small);
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: var(--s3) var(--s4);
  }
  .sum {
    font-size: var(--t-body);
    font-weight: 550;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .rows .acts:empty {
    display: none;
  }
  /* On a phone the sum stands beside what it is of; «wide» takes the whole row. */
  @media (width < 1000px) {
    .rows > li:has(> .sum) {
      grid-template-columns: minmax(0, 1fr) fit-content(45%);
    }
    .rows > li > .sum {
      grid-area: 1 / 2;
      text-align: end;
    }
    .rows > li > .wide,
    .rows > li > .acts {
      grid-column: 1 / -1;
    }
    .rows > li > .when {
      text-align: end;
    }
  }
  @media (width >= 1000px) {
    .rows .acts:empty {
      display: flex;
    }
    .rows > li {
      grid-template-columns: var(--cols);
      align-items: center;
    }
    .rows .acts {
      justify-content: end;
    }
    .rows .sum {
      text-align: end;
    }
  }
`;
