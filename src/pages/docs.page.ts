/** `GET /docs`. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gatehouse: the REST door</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/page.css">
<script src="docs/swagger-ui-bundle.js" defer></script>
<script src="docs/start.js" defer></script>
</head>
<body>
<header><nav aria-label="Elsewhere"><a href="./">Start page</a> <a href="explorer">GraphQL explorer</a></nav></header>
<main id="swagger-ui"></main>
</body>
</html>
`;

/** Signing in on the page is enough: register, login and refresh hand their token to the following calls. */
export const start = `const dark = window.matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

// Each path once: the document has those without a prefix as well, which do the same.
const withoutAliases = {
  statePlugins: {
    spec: {
      wrapActions: {
        updateSpec: (update) => (text) => {
          const document = JSON.parse(text);
          for (const [path, methods] of Object.entries(document.paths))
            if (Object.values(methods).every(({ operationId }) => operationId.endsWith('Unversioned'))) delete document.paths[path];
          document.info.description += ' Paths under /v1 that the first documents have are served without the prefix too: /login is /v1/login.';
          return update(JSON.stringify(document));
        },
      },
    },
  },
};

// A button holds no link: what Swagger UI makes a link of its own address is text.
const noLinksInButtons = ({ React }) => ({ components: { DeepLink: ({ text }) => React.createElement('span', null, text) } });

// Names for what Swagger UI leaves without one, and a way in for the keyboard (WCAG 2.2, 4.1.2, 2.1.1).
const marks = [
  ['#servers', 'aria-label', 'Server'],
  ['.examples-select-element', 'aria-label', 'Example'],
  ['.body-param__text', 'aria-label', 'Request body'],
  ['.copy-to-clipboard > button', 'aria-label', 'Copy'],
  ['.responses-table[role=region]', 'role', 'table'],
  ['pre.microlight', 'tabindex', '0'],
  ['h3.opblock-tag, .models > h4, .modal-ux-header h3', 'aria-level', '2'],
  ['.opblock-body h4, .auth-container h4', 'aria-level', '3'],
  ['.opblock-body h5, .auth-container h6', 'aria-level', '4'],
  ['.close-modal', 'aria-label', 'Close'],
  ['.auth-btn-wrapper .authorize', 'aria-label', 'Authorize'],
  ['.auth-btn-wrapper .btn-done', 'aria-label', 'Close'],
  ['.auth-btn-wrapper .auth:not(.authorize, .btn-done)', 'aria-label', 'Logout'],
  ['.modal-ux', 'role', 'dialog'],
  ['.modal-ux', 'aria-label', 'Available authorizations'],
];
const mark = () => {
  for (const [selector, name, value] of marks)
    for (const element of document.querySelectorAll(selector)) if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  followDialog();
};

// The dialog takes the focus while it is open, gives it back when it closes, and Escape closes it.
const dialog = () => document.querySelector('.modal-ux');
let wasOpen = false;
function followDialog() {
  const open = dialog();
  if (open && !open.contains(document.activeElement)) open.querySelector('input, button').focus();
  if (!open && wasOpen) document.querySelector('.btn.authorize').focus();
  wasOpen = open !== null;
}
document.addEventListener('keydown', ({ key }) => key === 'Escape' && dialog()?.querySelector('.close-modal').click());
new MutationObserver(mark).observe(document.getElementById('swagger-ui'), { childList: true, subtree: true });

const ui = SwaggerUIBundle({
  url: 'openapi.json',
  plugins: [withoutAliases, noLinksInButtons],
  dom_id: '#swagger-ui',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null,
  responseInterceptor: (response) => {
    if (response.ok && /\\/(register|login|refresh)$/.test(new URL(response.url).pathname)) {
      const token = JSON.parse(response.text).access_token;
      if (token) ui.preauthorizeApiKey('accessToken', token);
    }
    return response;
  },
});
`;

/**
 * The head of the page, and what Swagger UI leaves too pale to read (WCAG 2.2, 1.4.3) or without a visible focus (2.4.7). Colours of
 * the highlighter are in style attributes, so they are chosen by that.
 */
export const style = `
.swagger-ui .wrapper { padding: 0 1.25rem; }
header { max-width: 1460px; margin: 0 auto; padding: 1rem 1.25rem 0; font: 1rem/1.5 system-ui, sans-serif; }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; }
nav a, .swagger-ui .info a, .swagger-ui .info .url, .swagger-ui a.nostyle { color: #17604a; }
.swagger-ui .info a { text-decoration: underline; }
:focus-visible { outline: 3px solid #17604a !important; outline-offset: 2px; }
.swagger-ui .info .title small pre { background: #4b535f; color: #fff; }
.swagger-ui .info .title small.version-stamp, .swagger-ui .info .title small.version-stamp pre { background: #3f6212; color: #fff; }
.swagger-ui .info .title small { background: #4b535f; }
.swagger-ui .btn.authorize { border-color: #17604a; color: #17604a; }
.swagger-ui .btn.authorize span { color: inherit; }
.swagger-ui .btn.authorize svg { fill: currentColor; }
.swagger-ui .opblock .opblock-summary-method { color: #fff; text-shadow: none; }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1f5fa8; }
.swagger-ui .opblock.opblock-post .opblock-summary-method { background: #1b6e45; }
.swagger-ui .opblock.opblock-put .opblock-summary-method { background: #8a5200; }
.swagger-ui .opblock.opblock-patch .opblock-summary-method { background: #0b6a62; }
.swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #b42318; }
.swagger-ui .opblock.opblock-options .opblock-summary-method { background: #4b535f; }
.swagger-ui .btn.execute { background: #1f5fa8; border-color: #1f5fa8; color: #fff; }
.swagger-ui .btn.cancel { border-color: #b42318; color: #b42318; background: #fff; }
.swagger-ui .download-contents { background: #4b535f; color: #fff; }
.swagger-ui .parameter__in, .swagger-ui .prop-format, .swagger-ui .parameter__deprecated { color: #52525b; }
.swagger-ui .json-schema-2020-12-expand-deep-button { color: #3f3f46; }
.swagger-ui .microlight span[style*="211, 99, 99"] { color: #ffa8a8 !important; }
.dark-mode nav a, .dark-mode .swagger-ui .info a, .dark-mode .swagger-ui .info .url, .dark-mode .swagger-ui a.nostyle { color: #7fd6b4; }
.dark-mode :focus-visible { outline-color: #7fd6b4 !important; }
.dark-mode .swagger-ui .btn.authorize { border-color: #7fd6b4; color: #7fd6b4; }
.dark-mode .swagger-ui .btn.cancel { border-color: #ffa8a8; color: #ffa8a8; background: #1c2022; }
.dark-mode .swagger-ui .parameter__in, .dark-mode .swagger-ui .prop-format { color: #b8c0c4; }
.dark-mode .swagger-ui .json-schema-2020-12-expand-deep-button { color: #d4d4d8; }
`;
