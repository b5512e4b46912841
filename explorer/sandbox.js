// Opens Apollo Sandbox with every prepared document. It is loaded from Apollo's CDN: without a network, /explorer is the one.
(() => {
  const place = document.getElementById('sandbox');
  if (window.EmbeddedSandbox === undefined) {
    place.hidden = true;
    document.getElementById('offline').hidden = false;
    return;
  }
  new window.EmbeddedSandbox({
    target: '#sandbox',
    initialEndpoint: window.gatehouse.endpoint,
    hideCookieToggle: true,
    handleRequest: (url, options) => window.fetch(url, options), // the one of sign-in.js
    initialState: {
      document: window.gatehouseFlows.map(({ document: text }) => text).join('\n\n'),
      variables: JSON.parse(window.gatehouse.fill(Object.assign({}, ...window.gatehouseFlows.map(({ variables }) => variables)))),
      includeCookies: false,
    },
  });
})();
