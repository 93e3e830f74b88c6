// The certified client openid-client, in a native program that follows its
// documentation. It obeys lines of JSON on its input and answers each with one line
// of JSON that has the same "call"; it ends when its input does. Any number of
// sign-ins ("flow") can be under way, each with a configuration of its own.
//
//   begin     discovers the provider, listens on 127.0.0.1 → {"URL"} to open
//   finish    waits for the authorization response and redeems the code
//   userinfo, refresh, revoke
//   close     forgets the flow
//
// What it refuses is {"Refused": code}. strict switches on the checks that the
// library leaves off: without enableNonRepudiationChecks it does not look at the
// signatures of ID tokens that come over TLS.
import http from 'node:http';
import readline from 'node:readline';
import * as client from 'openid-client';

const flows = new Map();

// code is the library's own word for what is wrong, for its texts change.
function code(error) {
  const own = error.code ?? error.name;
  const inner = error.error ?? error.cause?.error ?? error.cause?.code;
  return [...new Set([own, inner].filter((s) => typeof s === 'string'))].join(' ');
}

// listen returns the program's server and the first response that comes to it.
async function listen() {
  let deliver;
  const response = new Promise((resolve) => { deliver = resolve; });
  const server = http.createServer((req, res) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      const url = new URL(req.url, `http://${req.headers.host}`);
      if (url.pathname !== '/callback') {
        res.writeHead(404).end();
        return;
      }
      res.writeHead(200, { 'content-type': 'text/plain', connection: 'close' }).end('You can close this window.\n');
      deliver(req.method === 'POST'
        ? new Request(url, { method: 'POST', headers: { 'content-type': req.headers['content-type'] ?? '' }, body: Buffer.concat(chunks) })
        : url);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, response };
}

function authentication({ ClientSecret: secret, BasicAuth: basic }) {
  if (!secret) return client.None();
  return basic ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
}

async function begin({ flow: id, setup, strict }) {
  const execute = [client.allowInsecureRequests];
  if (strict) execute.push(client.enableNonRepudiationChecks);
  const config = await client.discovery(new URL(setup.Issuer), setup.ClientID, undefined, authentication(setup), { execute });
  const { server, response } = await listen();
  const flow = {
    config, server, response,
    checks: { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState(), expectedNonce: client.randomNonce() },
  };
  if (strict) flow.checks.idTokenExpected = true;
  flows.set(id, flow);
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `http://127.0.0.1:${server.address().port}/callback`,
    scope: setup.Scopes.join(' '),
    code_challenge: await client.calculatePKCECodeChallenge(flow.checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: flow.checks.expectedState,
    nonce: flow.checks.expectedNonce,
    ...(setup.FormPost ? { response_mode: 'form_post' } : {}),
    ...(setup.Parameters ?? {}),
  });
  return { URL: url.href };
}

async function finish({ flow: id }) {
  const flow = flows.get(id);
  const response = await flow.response;
  flow.server.close();
  flow.tokens = await client.authorizationCodeGrant(flow.config, response, flow.checks);
  return { Subject: flow.tokens.claims()?.sub ?? '', Scope: flow.tokens.scope ?? '', Refresh: Boolean(flow.tokens.refresh_token) };
}

async function userinfo({ flow: id }) {
  const { config, tokens } = flows.get(id);
  const claims = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  return { Subject: claims.sub };
}

async function refresh({ flow: id }) {
  const flow = flows.get(id);
  const renewed = await client.refreshTokenGrant(flow.config, flow.tokens.refresh_token);
  flow.tokens.access_token = renewed.access_token;
  flow.tokens.refresh_token = renewed.refresh_token ?? flow.tokens.refresh_token;
  return {};
}

async function revoke({ flow: id }) {
  const { config, tokens } = flows.get(id);
  await client.tokenRevocation(config, tokens.refresh_token ?? tokens.access_token);
  return {};
}

async function close({ flow: id }) {
  const flow = flows.get(id);
  flow?.server.close();
  flow?.server.closeAllConnections();
  flows.delete(id);
  return {};
}

const commands = { begin, finish, userinfo, refresh, revoke, close };

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  commands[request.do](request)
    .catch((error) => ({ Refused: code(error) }))
    .then((answer) => console.log(JSON.stringify({ Call: request.call, ...answer })));
}
process.exit(0);
