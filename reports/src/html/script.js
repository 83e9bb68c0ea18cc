'use strict';
// The theme: the reader's system decides until the button is used. The choice is kept where the browser allows it
// (from disk some do not), and #theme=dark or #theme=light in the address stands over both.
(function () {
  const root = document.documentElement;
  const button = document.getElementById('theme');
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const asked = /(?:^|[#&])theme=(dark|light)/.exec(location.hash);
  let kept = null;
  try { kept = localStorage.getItem('bench-harness-theme'); } catch { kept = null; }
  function dark() { return root.dataset.theme ? root.dataset.theme === 'dark' : system.matches; }
  function show() { button.textContent = dark() ? 'Light theme' : 'Dark theme'; }
  if (asked) { root.dataset.theme = asked[1]; } else if (kept === 'dark' || kept === 'light') { root.dataset.theme = kept; }
  button.hidden = false;
  show();
  system.addEventListener('change', show);
  button.addEventListener('click', function () {
    root.dataset.theme = dark() ? 'light' : 'dark';
    try { localStorage.setItem('bench-harness-theme', root.dataset.theme); } catch { /* not kept, then */ }
    show();
  });
})();
// Where the reader is, in the contents.
(function () {
  const links = new Map();
  for (const link of document.querySelectorAll('nav a[href^="#"]')) { links.set(link.hash.slice(1), link); }
  if (!('IntersectionObserver' in window)) { return; }
  let current = null;
  const seen = new IntersectionObserver(function (entries) {
    for (const entry of entries) {
      if (!entry.isIntersecting) { continue; }
      if (current) { current.removeAttribute('aria-current'); }
      current = links.get(entry.target.id) || null;
      if (current) { current.setAttribute('aria-current', 'true'); }
    }
  }, { rootMargin: '0px 0px -75% 0px' });
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) { seen.observe(section); }
  }
})();
