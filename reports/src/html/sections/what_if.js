'use strict';
// Sliders and fields over the planner's answers. Nothing is planned here: a position of the sliders is looked up in
// the grid that the planner filled, and behind a server the planner is asked. Numbers are only formatted.
(function () {
  const grid = JSON.parse(document.getElementById('what-if-data').textContent);
  const served = document.documentElement.hasAttribute('data-served');
  const output = document.getElementById('what-if-answer');
  const command = document.getElementById('what-if-command');
  const axes = grid.axes;
  // Of each control: its positions, what none is called, and its flag of `plan`.
  const controls = {
    target: { at: axes.target, flag: grid.target_unit === 'batches/s' ? 'target-batches-per-s' : 'target-tx-per-s' },
    n: { at: axes.batches_per_aggregation, whole: true, flag: 'fix-n' },
    p: { at: axes.provers, whole: true, none: 'fewest', flag: 'fix-p' },
    block: { at: axes.block_s, flag: 'block' },
    close: { at: axes.close_s, none: 'measured', flag: 'close' },
    usd: { at: axes.prover_usd_per_hour, none: 'none', flag: 'prover-usd-per-hour' },
    gwei: { at: axes.gwei, none: 'none', flag: 'gwei' },
  };
  const start = Object.assign({}, grid.start);
  if (served && !grid.is_n_given) {
    // The planner chooses N unless it is told.
    Object.assign(controls.n, { at: [null].concat(axes.batches_per_aggregation), none: 'best' });
    start.n = 0;
  }
  const names = Object.keys(controls);
  const state = {};

  function significant(x, digits) {
    if (x === 0) { return '0'; }
    const exponent = parseInt(x.toExponential(digits - 1).split('e')[1], 10);
    const plain = x.toFixed(Math.min(100, Math.max(0, digits - 1 - exponent)));
    return plain.includes('.') ? plain.replace(/0+$/, '').replace(/\.$/, '') : plain;
  }
  const shown = function (x) { return significant(x, 6); };
  function field(name) { return document.getElementById('what-if-' + name); }
  function slider(name) { return document.getElementById('what-if-' + name + '-slider'); }
  function words(name, value) { return value === null ? controls[name].none : String(value); }

  // What was typed as a value: a number above zero, or the word for none.
  function parse(name, text) {
    const trimmed = text.trim().toLowerCase().replace(/\s*(s|gwei)$/, '');
    const control = controls[name];
    if (control.none && (trimmed === control.none || trimmed === '') && control.at[0] === null) { return null; }
    const number = trimmed === '' ? NaN : Number(trimmed);
        const good = Number.isFinite(number) && (number > 0 || name === 'usd' || name === 'gwei') && number >= 0;
    return good && (!control.whole || Number.isInteger(number)) ? number : undefined;
  }
  function wanted(name) {
    const control = controls[name];
    const least = name === 'usd' || name === 'gwei' ? 'from 0 on' : 'above 0';
    const none = control.none && control.at[0] === null ? ', or ' + control.none : '';
    return 'a ' + (control.whole ? 'whole number ' : 'number ') + least + none;
  }
  // The position nearest to a value, by ratio: that is how the positions stand.
  function nearest(name, value) {
    const at = controls[name].at;
    if (value === null) { return Math.max(0, at.indexOf(null)); }
    let best = 0;
    let least = Infinity;
    at.forEach(function (position, index) {
      if (position === null) { return; }
      const far = position === value ? -1 : Math.abs(Math.log((position || 1e-9) / (value || 1e-9)));
      if (far < least) { least = far; best = index; }
    });
    return best;
  }
  function set(name, value) {
    // From disk there is no answer between the positions.
    state[name] = served ? value : controls[name].at[nearest(name, value)];
  }
  function onGrid(name) { return controls[name].at.includes(state[name]); }

  function fromStart() {
    for (const name of names) { state[name] = controls[name].at[start[name]]; }
  }
  function fromAddress() {
    const parts = location.hash.replace(/^#/, '').split('&');
    for (const part of parts) {
      const [name, text] = part.split('=');
      if (!Object.hasOwn(controls, name) || text === undefined) { continue; }
      let plain = text;
      try { plain = decodeURIComponent(text); } catch { continue; }
      const value = parse(name, plain);
      if (value !== undefined) { set(name, value); }
    }
    return parts[0] === 'what-if';
  }
  function toAddress() {
    const kept = location.hash.replace(/^#/, '').split('&').filter(function (part) { return part.startsWith('theme='); });
    const changed = names.filter(function (name) { return state[name] !== controls[name].at[start[name]]; });
    const parts = changed.map(function (name) { return name + '=' + encodeURIComponent(words(name, state[name])); });
    const address = ['what-if'].concat(parts, kept).join('&');
    try { history.replaceState(null, '', '#' + address); } catch { location.hash = address; }
  }

  function flags() {
    const list = [];
    for (const name of names) {
      const value = state[name];
      if (value === null) { continue; }
      list.push([controls[name].flag, String(value)]);
      if (name === 'usd' && onGrid('usd')) {
        const beside = axes.aggregator_usd_per_hour[axes.prover_usd_per_hour.indexOf(value)];
        if (beside !== null && beside !== value) { list.push(['aggregator-usd-per-hour', String(beside)]); }
      }
    }
    return list;
  }

  function element(kind, text, style) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (style) { made.className = style; }
    return made;
  }
  function show(headline, facts, note, caution) {
    const parts = [element('p', headline, 'answer-big')];
    if (note) { parts.push(element('p', note, caution ? 'caution' : '')); }
    if (facts.length > 0) {
      const list = document.createElement('dl');
      for (const [name, what] of facts) {
        const row = document.createElement('div');
        row.append(element('dt', name), element('dd', what));
        list.append(row);
      }
      parts.push(list);
    }
    output.replaceChildren(...parts);
    output.setAttribute('aria-busy', 'false');
  }
  function count(n, noun) { return n + ' ' + noun + (n === 1 ? '' : 's'); }
  // In the words of answer.rs, which the terminal prints.
  function run(p, n, a) {
    const and_spare = grid.aggregator_spares > 0 ? ' and ' + count(grid.aggregator_spares, 'spare') : '';
    const spares = grid.spares > 0 ? ' and ' + count(grid.spares, 'spare') : '';
    const proofs = a === 0 ? 'verify the proof of each batch on L1'
      : 'aggregate ' + n + (n === 1 ? ' batch' : ' batches') + ' at a time on ' + count(a, 'aggregator') + and_spare;
    return 'Run ' + count(p, 'prover') + spares + ', ' + proofs + '.';
  }
  const GROWS = 'UNSTABLE: demand exceeds capacity, and the queue grows for as long as the load lasts.';

  function answerFromGrid() {
    let index = 0;
    for (const name of ['target', 'close', 'block', 'n', 'p']) {
      index = index * controls[name].at.length + controls[name].at.indexOf(state[name]);
    }
    const answer = grid.answers[index];
    if (answer < 0) { show('No plan.', [], grid.refusals[-answer - 1] + '.', true); return; }
    const [p, a, use, batches, transactions, toVirtual, corrected, published, term, costs] = grid.rows[answer];
    const rate = transactions === null ? '' : shown(transactions) + ' transactions/s, ';
    const facts = [
      ['carries', rate + shown(batches) + ' batches/s'],
      ['use', shown(use) + ' %'],
      ['limited by', term],
      ['to virtual', shown(toVirtual) + ' s'],
      ['to consolidated, corrected form', shown(corrected) + ' s'],
      ['to consolidated, formula as published', shown(published) + ' s'],
    ];
    const at = controls.usd.at.indexOf(state.usd) * controls.gwei.at.length + controls.gwei.at.indexOf(state.gwei);
    const [hour, batch] = grid.costs[costs][at];
    if (hour !== null) { facts.push(['machines', '$' + shown(hour) + ' an hour'], ['cost of a batch', '$' + shown(batch)]); }
    show(run(p, state.n, a), facts, use > 100 ? GROWS : '', true);
  }

  let asking = null;
  let timer = 0;
  function askPlanner() {
    clearTimeout(timer);
    if (asking) { asking.abort(); }
    output.setAttribute('aria-busy', 'true');
    timer = setTimeout(function () {
      const mine = new AbortController();
      asking = mine;
      const query = flags().map(function ([flag, value]) { return flag + '=' + encodeURIComponent(value); }).join('&');
      fetch('api/plan?' + query, { signal: mine.signal }).then(function (response) {
        if (response.status === 503) {
          // Somebody else is being answered.
          timer = setTimeout(askPlanner, 1000 * (Number(response.headers.get('Retry-After')) || 1));
          return null;
        }
        return response.json().then(function (body) { return { body, ok: response.ok }; });
      }).then(function (answer) {
        if (answer === null) { return; }
        const { body, ok } = answer;
        if (!ok) { show('No plan.', [], body.error, true); return; }
        const facts = body.facts.map(function (fact) { return [fact.name, fact.value]; });
        show(body.headline, facts, body.keeps_up ? '' : GROWS, true);
      }).catch(function (error) {
        if (error.name === 'AbortError') { return; }
        show('No answer.', [], 'The server did not answer: ' + error.message, true);
      });
    }, 200);
  }

  function refresh() {
    for (const name of names) {
      const input = field(name);
      if (!input) { continue; }
      input.value = words(name, state[name]);
      input.removeAttribute('aria-invalid');
      field(name + '-wrong').textContent = '';
      const range = slider(name);
      range.value = String(nearest(name, state[name]));
      const unit = name === 'target' ? ' ' + grid.target_unit : name === 'block' || name === 'close' ? ' s' : '';
      range.setAttribute('aria-valuetext', words(name, state[name]) + (state[name] === null ? '' : unit));
    }
    const text = flags().map(function ([flag, value]) { return '--' + flag + ' ' + value; }).join(' ');
    command.textContent = grid.command + ' ' + text;
    if (served) { askPlanner(); } else { answerFromGrid(); }
  }

  for (const name of names) {
    const input = field(name);
    if (!input) { continue; }
    const range = slider(name);
    range.max = String(controls[name].at.length - 1);
    input.disabled = false;
    range.disabled = false;
    range.addEventListener('input', function () {
      state[name] = controls[name].at[Number(range.value)];
      toAddress();
      refresh();
    });
    input.addEventListener('change', function () {
      const value = parse(name, input.value);
      if (value === undefined) {
        input.setAttribute('aria-invalid', 'true');
        field(name + '-wrong').textContent = wanted(name);
        return;
      }
      set(name, value);
      toAddress();
      refresh();
    });
  }
  document.querySelector('#what-if-form form').addEventListener('submit', function (event) { event.preventDefault(); });
  document.getElementById('what-if-reset').addEventListener('click', function () { fromStart(); toAddress(); refresh(); });
  window.addEventListener('hashchange', function () {
    if (!location.hash.startsWith('#what-if')) { return; }
    fromStart(); fromAddress(); refresh();
  });
  fromStart();
  const jump = fromAddress();
  refresh();
  if (jump) { document.getElementById('what-if').scrollIntoView(); }
})();
