// For graphql.conf, with nginx's own JavaScript (njs; Debian: libnginx-mod-http-js). auth_request decides before the body
// of a request is read; this reads it first, and hands Gatehouse's answer on as it is.
const identity = {
  auth_user_id: 'X-Auth-User-Id',
  auth_username: 'X-Auth-Username',
  auth_email: 'X-Auth-Email',
  auth_roles: 'X-Auth-Roles',
  auth_permissions: 'X-Auth-Permissions',
  auth_session_id: 'X-Auth-Session-Id',
};

async function decide(r) {
  const body = r.requestBuffer;
  r.variables.original_body = body && body.length > 0 ? body.toString('base64') : ''; // njs cannot write an empty one
  const answer = await r.subrequest('/_gatehouse_graphql');
  if (answer.status === 200) {
    Object.keys(identity).forEach((variable) => {
      r.variables[variable] = answer.headersOut[identity[variable]] || '';
    });
    r.internalRedirect('@graphql');
    return;
  }
  ['Content-Type', 'WWW-Authenticate', 'Retry-After', 'Location'].forEach((header) => {
    if (answer.headersOut[header] !== undefined) r.headersOut[header] = answer.headersOut[header];
  });
  r.return(answer.status, answer.responseText);
}

export default { decide };
