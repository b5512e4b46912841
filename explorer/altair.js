// Opens Altair with one window for each prepared document.
window.AltairGraphQL.init({
  endpointURL: window.gatehouse.endpoint,
  initialWindows: window.gatehouseFlows.map(({ name, document, variables }) => ({
    initialName: name,
    initialQuery: document,
    initialVariables: window.gatehouse.fill(variables),
    endpointURL: window.gatehouse.endpoint,
  })),
  initialSettings: {
    theme: 'system',
    'schema.reloadOnStart': true,
    'alert.disableUpdateNotification': true,
    'banners.disable': true,
    disablePushNotification: true,
  },
  preserveState: false, // a token must not outlive the tab in Altair's storage
  disableAccount: true,
});

// Altair shows the window that was opened last; the flows begin with the first.
new MutationObserver((_changes, observer) => {
  const tabs = document.querySelectorAll('.window-switcher__item');
  if (tabs.length <= window.gatehouseFlows.length) return;
  observer.disconnect();
  tabs[0].click();
}).observe(document.body, { childList: true, subtree: true });
