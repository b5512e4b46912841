// The schema as the gateway serves it, read when it is first opened: one part for each type, and a search.
(() => {
  const place = document.getElementById('schema');
  const [search, outcome, list] = ['input', '.outcome', 'div'].map((each) => place.querySelector(each));
  let parts = [];
  place.addEventListener('toggle', () => void load(), { once: true });
  search.addEventListener('input', find);

  async function load() {
    const response = await fetch('schema.graphql').catch(() => null);
    if (!response?.ok) {
      outcome.textContent = 'The schema is not shown here: introspection is off, or the gateway is out of reach.';
      return;
    }
    const definitions = (await response.text()).trim().split(/\n\n(?=\S)/);
    parts = definitions.map(toPart).sort((left, right) => left.rank - right.rank);
    list.append(...parts.map(({ element }) => element));
    find();
  }

  function toPart(text) {
    const [, kind, name] = /^(\w+) (@?\w+)/m.exec(text.replace(/^"""[\s\S]*?"""\n/, '')) ?? ['', '', 'schema'];
    const element = document.createElement('details');
    const summary = document.createElement('summary');
    const content = document.createElement('pre');
    summary.textContent = `${kind} ${name}`;
    content.textContent = text;
    content.tabIndex = 0;
    content.role = 'region';
    content.setAttribute('aria-label', `${kind} ${name}`);
    element.append(summary, content);
    return { element, text: text.toLowerCase(), rank: ['Mutation', 'Query'].indexOf(name) * -1 };
  }

  function find() {
    const wanted = search.value.trim().toLowerCase();
    for (const { element, text } of parts) element.hidden = !text.includes(wanted);
    outcome.textContent = `${parts.filter(({ element }) => !element.hidden).length} of ${parts.length} definitions`;
  }
})();
