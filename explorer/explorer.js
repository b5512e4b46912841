// A tab for each prepared document, with its variables and its answer (https://www.w3.org/WAI/ARIA/apg/patterns/tabs/).
(() => {
  const tablist = document.querySelector('[role=tablist]');
  const template = document.querySelector('template');
  const pairs = window.gatehouseFlows.map(makePair);
  choose(0);
  showSignedIn();

  function makePair({ name, document: text, variables }, index) {
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.id = `tab-${index}`;
    tab.role = 'tab';
    tab.textContent = name;
    tab.setAttribute('aria-controls', `panel-${index}`);
    tab.addEventListener('click', () => choose(index));
    tab.addEventListener('keydown', (event) => moveBy(event, index));
    tablist.append(tab);

    const panel = template.content.firstElementChild.cloneNode(true);
    panel.id = `panel-${index}`;
    panel.setAttribute('aria-labelledby', tab.id);
    const form = panel.querySelector('form');
    fill(form.elements.document, text.trim());
    fill(form.elements.variables, window.gatehouse.fill(variables));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void send(form, panel);
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    template.before(panel);
    return { tab, panel };
  }

  function fill(textarea, text) {
    textarea.value = text;
    textarea.rows = Math.min(text.split('\n').length + 1, 24);
  }

  function choose(chosen) {
    pairs.forEach(({ tab, panel }, index) => {
      tab.setAttribute('aria-selected', String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
      panel.hidden = index !== chosen;
    });
  }

  function moveBy(event, index) {
    const last = pairs.length - 1;
    const next = { ArrowRight: index === last ? 0 : index + 1, ArrowLeft: index === 0 ? last : index - 1, Home: 0, End: last }[event.key];
    if (next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    choose(next);
    pairs[next].tab.focus();
  }

  async function send(form, panel) {
    const [outcome, answer, button] = ['.outcome', '.answer textarea', 'button'].map((each) => panel.querySelector(each));
    if (button.getAttribute('aria-disabled') === 'true') return; // one at a time; it stays where the focus is
    const say = (text, failed = false) => {
      outcome.textContent = text;
      outcome.classList.toggle('failed', failed);
    };
    button.setAttribute('aria-disabled', 'true');
    say('Sending…');
    try {
      const { document: query, variables, headers } = form.elements;
      const body = JSON.stringify({ query: query.value, variables: readObject('Variables', variables) });
      const accept = 'application/graphql-response+json, application/json';
      const typed = readObject('Headers', headers);
      const startedAt = performance.now();
      const response = await window.fetch(window.gatehouse.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept, ...typed },
        body,
      });
      const text = await response.text();
      const isGood = response.ok && !('errors' in JSON.parse(text));
      say(`${isGood ? 'Done' : 'Refused'}: ${response.status}, after ${Math.round(performance.now() - startedAt)} ms`, !isGood);
      fill(answer, JSON.stringify(JSON.parse(text), null, 2));
    } catch (error) {
      say(`Not sent or not understood: ${error.message}`, true);
      answer.value = '';
    }
    button.removeAttribute('aria-disabled');
    showSignedIn();
  }

  function readObject(name, textarea) {
    try {
      return textarea.value.trim() === '' ? {} : JSON.parse(textarea.value);
    } catch (error) {
      textarea.closest('details')?.setAttribute('open', '');
      textarea.focus();
      throw new Error(`${name} are no JSON. ${error.message}`);
    }
  }

  function showSignedIn() {
    const text = window.gatehouse.isSignedIn()
      ? 'Signed in: each request carries the last access token.'
      : 'Not signed in: after Register or Log in each request is.';
    const status = document.getElementById('signed-in');
    if (status.textContent !== text) status.textContent = text; // said once, when it changes
  }
})();
