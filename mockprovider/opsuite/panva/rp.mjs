// The certified client openid-client. It obeys lines of JSON on its input and
// answers each with one line of JSON; it ends when its input does.
//
//   {"do":"begin", "issuer", "clientId", "clientSecret", "scope", "parameters", "strict", "timeout"}
//     → {"url"}, or {"refused"} if it got no further than discovery
//   {"do":"finish", "callback"}
//     → {"done": [...steps]} and, if it gave up, {"refused": "step: code"}
//
// strict switches on enableNonRepudiationChecks: without it the library does
// not look at the signatures of ID tokens that come over TLS.
import readline from 'node:readline';
import * as client from 'openid-client';

const redirect = 'http://127.0.0.1:9/callback';
let flow;

// code is the library's own word for what is wrong, for its texts change.
function code(error) {
  const own = error.code ?? error.name;
  const inner = error.error ?? error.cause?.error ?? error.cause?.code;
  return [...new Set([own, inner].filter((s) => typeof s === 'string'))].join(' ');
}

async function begin({ issuer, clientId, clientSecret, scope, parameters, strict, timeout }) {
  const execute = [client.allowInsecureRequests];
  if (strict) execute.push(client.enableNonRepudiationChecks);
  const authentication = clientSecret ? client.ClientSecretPost(clientSecret) : client.None();
  const config = await client.discovery(new URL(issuer), clientId, undefined, authentication, { execute, timeout });
  flow = {
    config,
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(flow.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: flow.expectedState,
    nonce: flow.expectedNonce,
    ...parameters,
  });
  return { url: url.href };
}

async function finish({ callback }) {
  const { config, ...checks } = flow;
  const done = [];
  let step = 'token';
  try {
    const tokens = await client.authorizationCodeGrant(config, new URL(callback), checks);
    const { sub } = tokens.claims();
    done.push(step);
    step = 'userinfo';
    if (config.serverMetadata().userinfo_endpoint) {
      await client.fetchUserInfo(config, tokens.access_token, sub);
      done.push(step);
    }
    step = 'refresh';
    if (tokens.refresh_token) {
      await client.refreshTokenGrant(config, tokens.refresh_token);
      done.push(step);
    }
    return { done };
  } catch (error) {
    return { done, refused: `${step}: ${code(error)}` };
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = request.do === 'begin' ? await begin(request) : await finish(request);
  } catch (error) {
    answer = { refused: `discovery: ${code(error)}` };
  }
  console.log(JSON.stringify(answer));
}
