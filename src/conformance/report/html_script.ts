/** What runs in the page of the HTML report: the filters. Everything else works without it. */

/**
 * Hides rows that the filters exclude. Its text goes into the page, so it uses nothing from outside of itself.
 */
export function filterRows(): void {
  const text = document.querySelector<HTMLInputElement>('#text');
  const group = document.querySelector<HTMLSelectElement>('#group');
  const show = document.querySelector<HTMLSelectElement>('#show');
  const count = document.querySelector<HTMLOutputElement>('#count');
  const filters = document.querySelector<HTMLElement>('.filters');
  if (text === null || group === null || show === null || count === null || filters === null) return;
  filters.hidden = false;

  const bodies = [...document.querySelectorAll<HTMLElement>('tbody')];
  const apply = (): void => {
    const words = text.value.toLowerCase().split(/\s+/);
    let shown = 0;
    let all = 0;
    for (const body of bodies) {
      let any = false;
      for (const row of body.querySelectorAll<HTMLElement>('tr[data-text]')) {
        const { text: about = '', has = '' } = row.dataset;
        const taken =
          words.every((word) => about.includes(word)) &&
          (group.value === '' || group.value === body.dataset.group) &&
          (show.value === '' || has.split(' ').includes(show.value));
        row.hidden = !taken;
        all++;
        if (!taken) continue;
        any = true;
        shown++;
      }
      body.hidden = !any;
    }
    count.textContent = `${shown} of ${all} rows`;
  };
  for (const control of [text, group, show]) control.addEventListener('input', apply);
  apply();
}
